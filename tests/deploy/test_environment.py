import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement

from deploy import environment

FILES = [environment.ROOT / "requirements.txt", environment.ROOT / "requirements-dev.txt"]


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A .venv that works, and one file of requirements."""
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "bin" / "python")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    (tmp_path / "pyvenv.cfg").touch()
    (tmp_path / "requirements.txt").write_text("celery==5.7.0\n")
    return tmp_path


def pinned(path):
    """Name → version, for each line of a list of requirements."""
    lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
    pairs = [line.split("==") for line in lines if line and not line.startswith("-")]
    return {canonical(name): version for name, version in pairs}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def needed_by(name):
    """What a package needs on this Python, itself included, by name."""
    found, waiting = set(), [Requirement(name)]
    while waiting:
        wanted = waiting.pop()
        if (key := (canonical(wanted.name), *sorted(wanted.extras))) not in found:
            found.add(key)
            waiting += [
                need
                for need in map(Requirement, importlib.metadata.requires(wanted.name) or [])
                if need.marker is None
                or any(need.marker.evaluate({"extra": e}) for e in {"", *wanted.extras})
            ]
    return {key[0] for key in found}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_requirement_is_pinned_with_its_reason(path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith(("#", "-c"))]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+ +# .+", line)] == []


def test_everything_that_the_requirements_bring_along_is_pinned_to_what_is_tested():
    """A new dependency belongs into deploy/constraints.txt, with the version that is installed here."""
    pins = {
        name: version for path in [*FILES, environment.CONSTRAINTS] for name, version in pinned(path).items()
    }
    needed = {name for path in FILES for direct in pinned(path) for name in needed_by(direct)}
    assert {name: importlib.metadata.version(name) for name in needed} == {
        name: pins.get(name) for name in needed
    }


def test_no_requirement_is_listed_twice():
    assert not set(pinned(FILES[0])) & set(pinned(FILES[1]))
    assert not set(pinned(environment.CONSTRAINTS)) & (set(pinned(FILES[0])) | set(pinned(FILES[1])))


def test_a_venv_without_a_stamp_is_not_current(venv):
    assert not environment.is_current([venv / "requirements.txt"])


def install(venv, monkeypatch, *names):
    calls = []
    monkeypatch.setattr(environment, "run", lambda command, **options: calls.append(command))
    environment.install([venv / name for name in names], stage=None, log=venv / "log")
    return calls


def test_an_installed_list_is_current_until_it_changes(venv, monkeypatch):
    install(venv, monkeypatch, "requirements.txt")
    assert environment.is_current([venv / "requirements.txt"])
    (venv / "requirements.txt").write_text("celery==5.8.0\n")
    assert not environment.is_current([venv / "requirements.txt"])


def test_installing_one_list_again_leaves_the_other_current(venv, monkeypatch):
    (venv / "requirements-dev.txt").write_text("pytest==9.2.0\n")
    install(venv, monkeypatch, "requirements.txt", "requirements-dev.txt")
    install(venv, monkeypatch, "requirements.txt")
    assert environment.is_current([venv / "requirements.txt", venv / "requirements-dev.txt"])


def test_a_venv_whose_python_has_gone_is_not_current(venv, monkeypatch):
    install(venv, monkeypatch, "requirements.txt")
    (venv / "bin" / "python").unlink()
    assert not environment.is_current([venv / "requirements.txt"])


def test_an_old_python_is_refused_with_what_to_do(venv, monkeypatch):
    monkeypatch.setattr(environment.sys, "version_info", (3, 9, 2))
    with pytest.raises(environment.TooOld, match=r"3\.11 or newer.*make PYTHON="):
        environment.make(log=venv / "log")
