"""The console's websocket: one ticket, one viewer, from where it was asked for; and it ends when it should."""

import logging
from contextlib import suppress

import pytest
from django.contrib.sessions.models import Session
from websockets.exceptions import InvalidStatus

from cloudportal.drivers.simulated import tampering
from cloudportal.events.models import Event
from cloudportal.jobs.models import Job
from compute.drivers.simulator_console import keys_of
from compute.models import ConsoleTicket
from compute.services.instances import consoles
from tests.support import console_server, viewers
from tests.support.console_server import ending, greet
from tests.support.factories import caller, make_account, make_user
from tests.support.factories_compute import deployed
from tests.support.processes import wait_until
from tests.support.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_ticket_leads_to_the_screen_and_keys_arrive(server, cloud, instance, token, session):
    with server.knock(instance, token, cookie=session) as viewer:
        assert viewer.subprotocol == "binary"
        screen = greet(viewer)
        viewer.send(viewers.key(ord("h")) + viewers.key(ord("i")))
        wait_until(lambda: keys_of(cloud.world, instance.uuid) == [ord("h"), ord("i")], seconds=5)

    assert (screen.width, screen.height) == (320, 200)


def test_a_ticket_is_good_once(server, instance, token, session):
    with server.knock(instance, token, cookie=session) as viewer:
        assert greet(viewer)
    with pytest.raises(InvalidStatus), server.knock(instance, token, cookie=session):
        pass


def test_a_ticket_is_used_by_one_of_many(server, instance, token, session):
    def knock(number):
        with server.knock(instance, token, cookie=session):
            return "in"

    outcomes = at_once(6, knock)
    assert outcomes.count("in") == 1


def test_whoever_is_refused_gets_no_websocket(server, instance, token, session):
    with (
        pytest.raises(InvalidStatus) as refusal,
        server.knock(instance, token, cookie=session, origin="https://evil.example"),
    ):
        pass
    assert refusal.value.response.status_code == 403


def test_a_console_ends_when_its_user_signs_out(server, instance, token, session):
    with server.knock(instance, token, cookie=session) as viewer:
        greet(viewer)
        Session.objects.filter(session_key=session).delete()

        assert ending(viewer) == (4001, "Your session has ended, and with it the console.")


def test_a_console_ends_when_its_user_loses_the_right(server, person, instance, token, session):
    with server.knock(instance, token, cookie=session) as viewer:
        greet(viewer)
        other = make_account(role="Read-Only Admin")
        type(person).objects.filter(pk=person.pk).update(account=other)

        assert ending(viewer)[0] == 4001


def test_a_console_ends_when_the_instance_goes_to_somebody_else(server, instance, token, session):
    with server.knock(instance, token, cookie=session) as viewer:
        greet(viewer)
        type(instance).objects.filter(pk=instance.pk).update(account=make_account())

        assert ending(viewer)[0] == 4001


def test_a_console_ends_with_its_guest(server, cloud, instance, token, session):
    with server.knock(instance, token, cookie=session) as viewer:
        greet(viewer)
        tampering.set_guest_power(cloud.world, instance.uuid, "off")

        assert ending(viewer) == (4000, "The instance was switched off or restarted.")


def test_a_console_that_nobody_touches_ends(instance, token, session):
    with (
        console_server.serving(idle_seconds=0.5) as server,
        server.knock(instance, token, cookie=session) as viewer,
    ):
        greet(viewer)
        # A viewer asks for pictures all the time; that is nobody's hand.
        viewer.send(viewers.update_request())

        assert ending(viewer)[0] == 4002


def test_a_console_does_not_stay_open_for_ever(instance, token, session):
    with (
        console_server.serving(most_seconds=0.5) as server,
        server.knock(instance, token, cookie=session) as viewer,
    ):
        greet(viewer)

        assert ending(viewer)[0] == 4003


def test_a_host_that_does_not_answer_is_told(server, cloud, instance, token, session):
    tampering.set_reachable(cloud.world, "host-0", False)
    with server.knock(instance, token, cookie=session) as viewer:
        code, reason = ending(viewer)

    assert code == 4004
    assert reason.startswith("The host cannot be reached")


def test_what_no_viewer_sends_ends_the_console(server, instance, token, session):
    with server.knock(instance, token, cookie=session) as viewer:
        greet(viewer)
        viewer.send(b"\xfe")

        assert ending(viewer)[0] == 4005


@pytest.mark.parametrize(
    ("room", "words"),
    [
        ({"most": 1}, "Too many consoles are open right now"),
        ({"most_of_user": 1}, "You have 1 consoles open"),
        ({"most_of_instance": 1}, "This instance has 1 consoles open"),
    ],
)
def test_only_so_many_consoles_are_open_at_once(tenant, instance, token, session, room, words):
    def opens():
        again = consoles.open_console(tenant, instance).token
        with server.knock(instance, again, cookie=session) as viewer, suppress(Exception):
            return greet(viewer)

    second = consoles.open_console(tenant, instance).token
    with console_server.serving(**room) as server:
        with server.knock(instance, token, cookie=session) as viewer:
            greet(viewer)
            with server.knock(instance, second, cookie=session) as other:
                code, reason = ending(other)
        wait_until(opens, seconds=5)
    assert (code, reason.startswith(words)) == (1013, True)


@pytest.mark.parametrize("room", [{"most_of_user": 1}, {"most_of_instance": 1}])
def test_nobody_takes_the_room_of_others(cloud, tenant, instance, token, session, room):
    person = make_user(make_account())
    neighbours = console_server.session_of(person)
    neighbour = caller(person, door="portal", address="127.0.0.1", session_key=neighbours)
    other = deployed(cloud, neighbour)
    others = consoles.open_console(neighbour, other).token
    with (
        console_server.serving(**room) as server,
        server.knock(instance, token, cookie=session) as viewer,
        server.knock(other, others, cookie=neighbours) as beside,
    ):
        assert greet(viewer)
        assert greet(beside)


def test_the_token_is_written_down_nowhere(server, instance, session, tenant, caplog):
    caplog.set_level(logging.DEBUG)
    token = consoles.open_console(tenant, instance).token
    with server.knock(instance, token, cookie=session) as viewer:
        greet(viewer)
    with pytest.raises(InvalidStatus), server.knock(instance, token, cookie=session):
        pass

    served = [line.getMessage() for line in caplog.records if not line.name.startswith("websockets.client")]
    assert any("/console/socket" in line for line in served)
    assert token not in "\n".join(served)
    rows = [*Event.objects.values(), *Job.objects.values(), *ConsoleTicket.objects.values()]
    assert token not in repr(rows)
