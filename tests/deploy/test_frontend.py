import json

import pytest

from deploy import frontend
from deploy.stages import Stage

LOCK = json.loads((frontend.PINS / "package-lock.json").read_text())
PACKAGE = json.loads((frontend.PINS / "package.json").read_text())


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Stands in for npm: fetching makes the packages' files appear."""

    def fetch(command, *, directory, **options):
        assert command[1:3] == ["ci", "--ignore-scripts"]
        assert (directory / "package-lock.json").exists()
        for source in frontend.FILES:
            (directory / "node_modules" / source).parent.mkdir(parents=True, exist_ok=True)
            (directory / "node_modules" / source).write_text(source)
        for source in frontend.DIRECTORIES:
            (directory / "node_modules" / source).mkdir(parents=True)
            (directory / "node_modules" / source / "module.js").write_text(source)

    monkeypatch.setattr(frontend, "run", fetch)
    monkeypatch.setattr(frontend.shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(frontend, "VENDOR", tmp_path / "vendor")
    return tmp_path / "vendor"


def test_every_package_is_pinned_to_one_version_and_its_digest():
    assert all(version[0].isdigit() for version in PACKAGE["dependencies"].values())
    packages = [package for name, package in LOCK["packages"].items() if name]
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)


def test_the_lock_names_no_registry():
    """With an address in it, npm would ask that registry and not the one that the machine is set up for."""
    assert not any("resolved" in package for package in LOCK["packages"].values())


def test_every_package_brings_its_licence():
    licensed = {source for source in frontend.FILES if "LICENSE" in source}
    assert all(any(one.startswith(f"{name}/LICENSE") for one in licensed) for name in PACKAGE["dependencies"])


def test_files_are_put_where_pages_look_for_them(npm):
    assert not frontend.is_current()
    assert frontend.install(stage=Stage("pages"), log=npm / "log") == "4 files, 2 directories"
    assert (npm / "novnc" / "core" / "module.js").read_text() == "@novnc/novnc/core"
    assert (npm / "htmx" / "htmx.min.js").read_text() == "htmx.org/dist/htmx.min.js"
    assert frontend.is_current()


def test_files_that_are_no_longer_wanted_go(npm):
    (npm / "old").mkdir(parents=True)
    frontend.install(stage=Stage("pages"), log=npm / "log")
    assert not (npm / "old").exists()


def test_another_choice_of_files_is_fetched_again(npm, monkeypatch):
    frontend.install(stage=Stage("pages"), log=npm / "log")
    monkeypatch.setattr(frontend, "FILES", {})
    assert not frontend.is_current()


def test_a_machine_without_npm_gets_one_that_is_gone_afterwards(npm, monkeypatch):
    calls = []

    def fetch(command, **options):
        calls.append((command, options))
        for source in frontend.FILES if command[0].endswith("npm") else ():
            (options["directory"] / "node_modules" / source).parent.mkdir(parents=True, exist_ok=True)
            (options["directory"] / "node_modules" / source).write_text(source)
        for source in frontend.DIRECTORIES if command[0].endswith("npm") else ():
            (options["directory"] / "node_modules" / source).mkdir(parents=True)

    monkeypatch.setattr(frontend, "run", fetch)
    monkeypatch.setattr(frontend.shutil, "which", lambda program: None)
    frontend.install(stage=Stage("pages"), log=npm / "log")
    (pip, _), (fetching, options) = calls
    assert pip[1:4] == ["-m", "pip", "install"]
    assert pip[-1] == str(frontend.PINS / "npm.txt")
    scratch = options["directory"]
    assert fetching[0] == str(scratch / "npm" / "bin" / "npm")
    assert options["environment"] == {"PYTHONPATH": str(scratch / "npm")}
    assert not scratch.exists()
