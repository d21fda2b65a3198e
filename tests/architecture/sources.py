"""The product's own Python files, as the architecture tests read them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cloudportal", "tenants", "compute", "storage", "networking", "usage", "deploy")


@cache
def files_of_product():
    """Every module of the product but migrations."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return tuple(path for path in files if "migrations" not in path.parts)


@cache
def files_of_tests():
    """Every module of the tests."""
    return tuple(sorted((ROOT / "tests").rglob("*.py")))


@cache
def text_of(path):
    """A file's text."""
    return path.read_text()


@cache
def tree_of(path):
    """A file's syntax tree."""
    return ast.parse(text_of(path))


def name_of(path):
    """The path as people write it, from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()
