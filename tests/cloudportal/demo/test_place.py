import socket
import stat

import pytest

from cloudportal.demo import place


@pytest.fixture
def where(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_DEMO", str(tmp_path / "demo"))
    monkeypatch.setattr(place, "PORTS", {"web": place.daemon.free_port()})
    return tmp_path / "demo"


def test_a_password_is_made_once_and_only_we_may_read_it(where):
    first = place.open_place().password("ada")
    assert place.open_place().password("ada") == first
    assert place.open_place().password("grace") != first
    assert stat.S_IMODE((where / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(where.stat().st_mode) == 0o700


def test_ports_stay_from_run_to_run(where):
    assert place.open_place().ports == place.open_place().ports


def test_a_port_that_somebody_took_is_replaced(where):
    before = place.open_place().ports["web"]
    with socket.create_server(("127.0.0.1", before)):
        after = place.open_place().ports["web"]
    assert after != before
    assert place.open_place().url == f"http://127.0.0.1:{after}"


def test_no_setting_of_another_portal_reaches_the_demonstration(where, monkeypatch):
    monkeypatch.setenv("PORTAL_DATABASE", "mysql://portal@production/portal")
    monkeypatch.setenv("PORTAL_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("PATH", "/usr/bin")
    ours = place.environment()
    assert "PORTAL_DATABASE" not in ours
    assert ours["PORTAL_STATE"] == str(where)
    assert ours["PORTAL_LOG_LEVEL"] == "DEBUG"
    assert ours["PATH"] == "/usr/bin"
