"""Files stay small, are called what they are, and lie where they belong."""

import subprocess
import sys

from tests.architecture.sources import ROOT, files_of_product, files_of_tests, name_of, text_of

EMPTY_WORDS = {"utils", "helpers", "helper", "manager", "misc", "common", "base_utils"}
TOP_LEVEL = {
    *(
        "manage.py",
        "cloudportal",
        "tenants",
        "compute",
        "storage",
        "networking",
        "usage",
        "templates",
        "static",
    ),
    *("tests", "requirements.txt", "README.md", "pyproject.toml", "requirements-dev.txt", "Makefile", "docs"),
    *("deploy", ".ci", ".gitignore", ".gitattributes"),
}


def tracked():
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listing.stdout.splitlines()


def test_the_top_level_is_fixed():
    assert {path.split("/")[0] for path in tracked()} <= TOP_LEVEL


def test_no_file_of_code_is_longer_than_400_lines():
    assert not [f for f in map(name_of, files_of_product()) if len(text_of(ROOT / f).splitlines()) > 400]


def test_no_file_of_tests_is_longer_than_600_lines():
    assert not [f for f in map(name_of, files_of_tests()) if len(text_of(ROOT / f).splitlines()) > 600]


def test_no_module_has_an_empty_name():
    assert not [name_of(path) for path in files_of_product() + files_of_tests() if path.stem in EMPTY_WORDS]


def test_the_rooms_import_downwards_only():
    linter = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    run = subprocess.run([*linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
