import pytest

from deploy import bootstrap, debian, environment, frontend, guest_image


@pytest.fixture
def machine(monkeypatch):
    """A machine on which everything is in place; what a test takes away is noted when it gets installed."""

    class Machine:
        missing = set()
        obstacle = ""
        python_current = pages_current = image_current = True
        installed = []

    machine = Machine()
    machine.installed = []

    def note(what):
        return lambda *args, **options: machine.installed.append(what) or what

    monkeypatch.setattr(debian, "missing", lambda names: sorted(machine.missing & set(names)))
    monkeypatch.setattr(debian, "reason_not_to_install", lambda: machine.obstacle)
    monkeypatch.setattr(debian, "install", lambda names, **options: machine.installed.extend(names))
    monkeypatch.setattr(environment, "is_current", lambda requirements: machine.python_current)
    monkeypatch.setattr(environment, "python_works", lambda: True)
    monkeypatch.setattr(environment, "install", note("python"))
    monkeypatch.setattr(frontend, "is_current", lambda: machine.pages_current)
    monkeypatch.setattr(frontend, "install", note("pages"))
    monkeypatch.setattr(guest_image, "is_current", lambda: machine.image_current)
    monkeypatch.setattr(guest_image, "build", note("image"))
    return machine


@pytest.mark.parametrize("goal", sorted(bootstrap.GOALS))
def test_a_second_run_does_nothing_and_says_nothing(machine, capsys, goal):
    assert bootstrap.main([goal]) == 0
    assert machine.installed == []
    assert capsys.readouterr().out == ""


def test_only_what_is_missing_is_installed(machine, capsys):
    machine.missing = {"slapd", "chromium"}
    machine.image_current = False
    assert bootstrap.main(["demo"]) == 0
    assert machine.installed == ["slapd", "image"]
    assert capsys.readouterr().out.startswith("  Debian packages ")


def test_compilers_are_only_needed_to_install_python_packages(machine):
    machine.missing = {"gcc"}
    bootstrap.main(["demo"])
    assert machine.installed == []
    machine.python_current = False
    bootstrap.main(["demo"])
    assert machine.installed == ["gcc", "python"]


def test_front_end_files_are_fetched_when_they_are_not_those_of_the_lock(machine):
    machine.pages_current = False
    bootstrap.main(["demo"])
    assert machine.installed == ["pages"]


def test_a_demonstration_goes_on_without_what_only_root_could_install(machine, capsys):
    machine.missing, machine.obstacle = {"qemu-system-x86"}, "only root may install them"
    assert bootstrap.main(["demo"]) == 0
    assert "qemu-system-x86 (only root may install them)" in capsys.readouterr().out
    assert machine.installed == []


def test_the_tests_do_not_go_on_without_what_they_need(machine, capsys):
    machine.missing, machine.obstacle = {"chromium"}, "this machine has no apt"
    assert bootstrap.main(["test"]) == 1
    shown = capsys.readouterr()
    assert "chromium (this machine has no apt)" in shown.out
    assert "Run this once as root" in shown.err


def test_no_image_is_built_where_its_tools_cannot_be_installed(machine):
    machine.missing, machine.obstacle, machine.image_current = (
        {"syslinux"},
        "only root may install them",
        False,
    )
    bootstrap.main(["demo"])
    assert machine.installed == []


def test_a_failure_is_explained_and_fails(machine, monkeypatch, capsys):
    def fail(*args, **options):
        raise guest_image.NoKernel("apt knows no kernel")

    machine.image_current = False
    monkeypatch.setattr(guest_image, "build", fail)
    assert bootstrap.main(["image"]) == 1
    assert capsys.readouterr().err == "apt knows no kernel\n"
