"""The documents say what the program does."""

import re

from tests.architecture.sources import ROOT, files_of_product, text_of


def test_every_variable_of_the_environment_is_documented():
    pattern = re.compile(r'environment\.\w+\(\s*"(PORTAL_[A-Z_]+)"')
    used = {name for path in files_of_product() for name in pattern.findall(text_of(path))}
    documented = set(re.findall(r"PORTAL_[A-Z_]+", (ROOT / "docs" / "configuration.md").read_text()))
    assert used
    assert used <= documented


def test_links_between_documents_lead_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert not broken
