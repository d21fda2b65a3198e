"""The connection to a real libvirt daemon: within its time limits, replaced when it broke, and let go without
waiting.
"""

import gc
import threading
import time

import pytest

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused, Unreachable
from cloudportal.drivers.libvirtd.link import Link
from tests.contracts.waiting import wait_until
from tests.support.libvirtd import libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = pytest.mark.real

UNKNOWN = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def daemon(private_libvirtd):  # noqa: F811
    return private_libvirtd


@pytest.fixture
def link(daemon):
    link = Link(daemon.uri)
    yield link
    link.close()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "libvirt"]


def test_errors_of_libvirt_become_faults(link):
    with link.talk(10) as talk:
        with pytest.raises(NotThere):
            talk.look(talk.connection.lookupByUUIDString, UNKNOWN)
        with pytest.raises(Refused):
            talk.act(talk.connection.defineXML, "<nonsense/>")


def test_libvirt_writes_nothing_to_the_terminal(link, capfd):
    with link.talk(10) as talk, pytest.raises(NotThere):
        talk.look(talk.connection.lookupByUUIDString, UNKNOWN)

    assert capfd.readouterr() == ("", "")


def test_one_connection_serves_many_talks(link):
    for _ in range(3):
        with link.talk(10) as talk:
            assert talk.look(talk.connection.getType) == "QEMU"

    assert link._connection is talk.connection


def test_a_call_that_comes_too_late_takes_no_longer_than_its_limit(link, daemon):
    with link.talk(10):
        pass
    began = time.monotonic()
    with daemon.frozen(), pytest.raises(OutcomeUnknown), link.talk(0.3):
        pass

    assert time.monotonic() - began < 3


def test_an_act_is_in_doubt_when_the_daemon_goes_away_in_the_middle(link, daemon):
    with link.talk(10) as talk:
        daemon.restart()
        with pytest.raises(OutcomeUnknown):
            talk.act(talk.connection.defineXML, "<domain/>")


def test_a_look_is_not_in_doubt_when_the_daemon_goes_away_in_the_middle(link, daemon):
    with link.talk(10) as talk:
        daemon.restart()
        with pytest.raises(Unreachable):
            talk.look(talk.connection.getHostname)


def test_the_next_talk_has_a_new_connection_when_the_daemon_went_away(link, daemon):
    with link.talk(10):
        daemon.restart()

    with link.talk(10) as talk:
        assert talk.look(talk.connection.getType) == "QEMU"


def test_letting_go_never_waits_for_a_daemon_that_does_not_answer(link, daemon):
    with link.talk(10) as talk:
        garbage = [
            talk,
            talk.look(talk.connection.listAllDomains, 0),
            talk.look(talk.connection.newStream, 0),
        ]
        garbage.append(garbage)
    del talk
    link.close()
    with daemon.frozen():
        del garbage
        collector = threading.Thread(target=gc.collect, daemon=True)
        collector.start()
        collector.join(5)

        assert not collector.is_alive()


def test_no_thread_is_left_behind(daemon):
    before = len(threads())
    link = Link(daemon.uri)
    with link.talk(10):
        pass
    link.close()
    forgotten = Link(daemon.uri)
    with forgotten.talk(10):
        pass
    del forgotten

    wait_until(lambda: gc.collect() >= 0 and len(threads()) <= before, timeout_seconds=5)


def test_a_thread_that_was_left_in_a_call_ends_when_the_call_does(link, daemon):
    with link.talk(10):
        pass
    before = len(threads())
    with daemon.frozen(), pytest.raises(OutcomeUnknown), link.talk(0.2):
        pass

    wait_until(lambda: len(threads()) < before, timeout_seconds=5)
