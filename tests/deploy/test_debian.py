import subprocess

import pytest

from deploy import debian
from deploy.commands import CommandFailed
from deploy.stages import Stage


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """A stand-in for apt-get that answers from a script, and notes how it was called."""

    def install(script):
        program = tmp_path / "bin" / "apt-get"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/calls\n{script}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
        monkeypatch.setattr(debian, "POLICY", tmp_path / "policy-rc.d")
        monkeypatch.setattr(debian, "SYSTEMD_RUNS", tmp_path / "no-systemd")
        monkeypatch.setattr(debian, "INDEXES", tmp_path / "lists")
        monkeypatch.setattr(debian, "LOCK_PAUSE_SECONDS", 0)
        monkeypatch.setattr(debian.os, "geteuid", lambda: 0)
        (tmp_path / "lists").mkdir()
        (tmp_path / "lists" / "some_Packages").touch()
        return lambda: (tmp_path / "calls").read_text().split()

    return install


def test_a_list_names_one_package_a_line_and_may_explain_it(tmp_path):
    (tmp_path / "list").write_text("# why\ngcc  # compiles\n\nslapd\n")
    assert debian.names_in(tmp_path / "list") == ["gcc", "slapd"]


@pytest.mark.parametrize("path", sorted(debian.LISTS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_package_is_listed_with_its_reason(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert lines
    assert [line for line in lines if "  # " not in line] == []


def test_only_what_dpkg_does_not_have_is_missing():
    assert debian.missing(["dpkg", "no-such-package"]) == ["no-such-package"]


def test_everything_is_missing_without_dpkg(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert debian.missing(["dpkg"]) == ["dpkg"]


def test_nobody_but_root_installs(monkeypatch, tmp_path):
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    with pytest.raises(debian.CannotInstall, match="only root"):
        debian.install(["slapd"], stage=Stage("packages"), log=tmp_path / "log")


def test_an_install_with_current_indexes_does_not_fetch_them(apt, tmp_path):
    calls = apt("exit 0")
    debian.install(["slapd"], stage=Stage("packages"), log=tmp_path / "log")
    assert calls() == ["install"]


def test_a_machine_without_indexes_fetches_them_first(apt, tmp_path):
    calls = apt("exit 0")
    (tmp_path / "lists" / "some_Packages").unlink()
    debian.install(["slapd"], stage=Stage("packages"), log=tmp_path / "log")
    assert calls() == ["update", "install"]


def test_stale_indexes_are_fetched_once_and_the_install_is_tried_again(apt, tmp_path):
    calls = apt(f"""
        if [ $1 = update ]; then touch {tmp_path}/fresh
        elif [ ! -e {tmp_path}/fresh ]; then echo 'E: Failed to fetch slapd.deb  404  Not Found'; exit 100
        fi""")
    debian.install(["slapd"], stage=Stage("packages"), log=tmp_path / "log")
    assert calls() == ["install", "update", "install"]


def test_another_installation_is_waited_for(apt, tmp_path):
    calls = apt(f"""
        if [ ! -e {tmp_path}/free ]; then
            touch {tmp_path}/free; echo 'E: Could not get lock /var/lib/dpkg/lock-frontend'; exit 100
        fi""")
    debian.install(["slapd"], stage=Stage("packages"), log=tmp_path / "log")
    assert calls() == ["install", "install"]


def test_a_package_that_does_not_install_is_not_tried_again(apt, tmp_path):
    calls = apt("echo 'E: Sub-process dpkg returned an error code (1)'; exit 100")
    with pytest.raises(CommandFailed, match="Sub-process dpkg"):
        debian.install(["slapd"], stage=Stage("packages"), log=tmp_path / "log")
    assert calls() == ["install"]


def test_services_are_kept_off_while_packages_install_and_not_longer(apt, tmp_path):
    apt(f"{tmp_path}/policy-rc.d; echo answer $?")
    debian.install(["slapd"], stage=Stage("packages"), log=tmp_path / "log")
    assert "answer 101" in (tmp_path / "log").read_text()
    assert not (tmp_path / "policy-rc.d").exists()


def test_a_policy_that_is_there_already_stays(apt, tmp_path):
    apt("exit 0")
    (tmp_path / "policy-rc.d").write_text("theirs")
    debian.install(["slapd"], stage=Stage("packages"), log=tmp_path / "log")
    assert (tmp_path / "policy-rc.d").read_text() == "theirs"


def test_apts_own_progress_is_shown(apt, tmp_path):
    # apt-get writes its status to the descriptor that the last option names.
    apt(
        'for last; do :; done; echo "pmstatus:slapd:40:Unpacking slapd" >&"${last#*=}"'.replace(
            ">&", "> /dev/fd/"
        )
    )
    stage = Stage("packages")
    debian.install(["slapd"], stage=stage, log=tmp_path / "log")
    assert stage.doing == " 70% Unpacking slapd"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("dlstatus:1:50.0:Retrieving file 3 of 9\n", [("Retrieving file 3 of 9", 0.25)]),
        ("pmstatus:slapd:100:Installed slapd (amd64)\n", [("Installed slapd (amd64)", 1.0)]),
        ("pmstatus:libc6:amd64:0:Preparing libc6: now\n", [("Preparing libc6: now", 0.5)]),
        ("media-change: insert a disk\n", []),
    ],
)
def test_fetching_is_the_first_half_and_installing_the_second(line, told):
    heard = []
    debian.show_progress(line, report=lambda doing, share: heard.append((doing, share)))
    assert heard == told


def test_what_is_missing_is_one_sentence_a_group_with_what_it_means(monkeypatch):
    group = debian.Group("directory", "Without them: local passwords only.")
    monkeypatch.setattr(debian, "missing", lambda names: list(names)[:2])
    assert debian.explain_missing([group], "only root may install them") == [
        "Missing Debian packages: ldap-utils, openssl (only root may install them). "
        "Without them: local passwords only."
    ]


@pytest.mark.real
def test_every_listed_package_exists():
    names = {name for path in debian.LISTS.glob("*.txt") for name in debian.names_in(path)}
    command = ["apt-cache", "show", "--no-all-versions", *names]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
