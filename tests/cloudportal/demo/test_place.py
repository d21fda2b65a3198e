import shutil
import socket
import stat

import pytest

from cloudportal.demo import place


@pytest.fixture
def where(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_DEMO", str(tmp_path / "demo"))
    monkeypatch.setattr(place, "PORTS", {"web": place.daemon.free_port()})
    return place.directory()


def opened(where, **options):
    """The place of a run that is over."""
    with place.open_place(where, **options) as here:
        return here


def test_a_password_is_made_once_and_only_we_may_read_it(where):
    first = opened(where).password("ada")
    assert opened(where).password("ada") == first
    assert opened(where).password("grace") != first
    assert stat.S_IMODE((where / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(where.stat().st_mode) == 0o700


def test_ports_stay_from_run_to_run(where):
    assert opened(where).ports == opened(where).ports


def test_a_port_that_somebody_took_is_replaced(where):
    before = opened(where).ports["web"]
    with socket.create_server(("127.0.0.1", before)):
        after = opened(where).ports["web"]
    assert after != before
    assert opened(where).url == f"http://127.0.0.1:{after}"


def test_a_port_that_was_asked_for_is_used_or_refused(where):
    wanted = place.daemon.free_port()
    assert opened(where, web_port=wanted).ports["web"] == wanted
    with (
        socket.create_server(("127.0.0.1", wanted)),
        pytest.raises(place.Unusable, match=f"listens on port {wanted}"),
    ):
        opened(where, web_port=wanted)


def test_a_directory_that_was_moved_is_refused(where, tmp_path):
    opened(where)
    moved = tmp_path / "moved"
    shutil.move(where, moved)
    with pytest.raises(place.Unusable, match=f"was made in {where}"):
        opened(moved)


def test_two_at_once_would_be_in_each_others_way(where):
    with place.open_place(where), pytest.raises(place.Unusable, match=r"runs in .* already"):
        opened(where)
    assert opened(where).directory == where


def test_simulated_hosts_have_a_directory_of_their_own(where, tmp_path):
    assert place.directory(simulated=True) == tmp_path / "demo-simulated"


def test_no_setting_of_another_portal_reaches_the_demonstration(where, monkeypatch):
    monkeypatch.setenv("PORTAL_DATABASE", "mysql://portal@production/portal")
    monkeypatch.setenv("PORTAL_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("PATH", "/usr/bin")
    ours = place.environment(where)
    assert "PORTAL_DATABASE" not in ours
    assert ours["PORTAL_STATE"] == str(where)
    assert ours["PORTAL_LOG_LEVEL"] == "DEBUG"
    assert ours["PATH"] == "/usr/bin"


@pytest.fixture
def begun(monkeypatch):
    """Notes how a program begins anew instead of letting it."""
    begun = []
    monkeypatch.setattr(place.os, "execve", lambda program, words, environment: begun.append(environment))
    return begun


def test_a_program_of_another_portal_begins_anew_as_one_of_ours(where, begun, monkeypatch):
    monkeypatch.setenv("PORTAL_STATE", str(where))
    monkeypatch.setenv("PORTAL_DATABASE", "mysql://portal@production/portal")
    place.move_into(where)
    (environment,) = begun
    assert environment["PORTAL_STATE"] == str(where)
    assert "PORTAL_DATABASE" not in environment


def test_a_program_of_ours_goes_on(where, begun, monkeypatch):
    for name in [name for name in place.os.environ if name.startswith("PORTAL_")]:
        monkeypatch.delenv(name)
    for name, value in place.environment(where).items():
        monkeypatch.setenv(name, value)
    place.move_into(where)
    assert begun == []
