"""A ticket is shown once, soon, at its own instance, by the browser or program that it was made for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.core.errors import NotFound, NotPermitted, PortalError, TooManyRequests, WrongState
from compute import states
from compute.console import gate
from compute.models import ConsoleTicket
from compute.services.instances import consoles
from compute.services.instances.consoles import TicketRefused
from tenants.membership import caller_in_project
from tenants.services import credentials
from tests.support import console_server
from tests.support.factories import caller, make_account, make_member, make_project, make_user
from tests.support.factories_compute import deployed

pytestmark = pytest.mark.django_db

HOST = "127.0.0.1"
ORIGIN = f"http://{HOST}"


def scope(token, *, cookie="", origin=ORIGIN, host=HOST, peer=HOST, forwarded="", protocols=None):
    headers = {
        "host": host,
        "origin": origin,
        "cookie": cookie and f"sessionid={cookie}",
        "x-forwarded-for": forwarded,
    }
    return {
        "type": "websocket",
        "path": "/",
        "query_string": b"",
        "client": (peer, 4711),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value],
        "subprotocols": protocols or ["binary", f"ticket.{token}"],
    }


def is_refused(instance, token, **changes):
    with pytest.raises(TicketRefused):
        gate.admit(scope(token, **changes), instance.uuid)
    return True


def test_its_browser_is_let_in(instance, token, session):
    assert gate.admit(scope(token, cookie=session), instance.uuid).ticket.used_at


def test_it_grows_old(instance, token, session):
    ConsoleTicket.objects.update(expires_at=clock.now())
    assert is_refused(instance, token, cookie=session)


def test_it_is_for_one_instance(cloud, tenant, instance, token, session):
    other = deployed(cloud, tenant)
    assert is_refused(other, token, cookie=session)
    # Somebody has shown it where it is not for, so it is worth nothing any more where it is.
    assert is_refused(instance, token, cookie=session)


def test_it_is_for_one_user(person, instance, token):
    colleague = console_server.session_of(make_user(person.account))
    assert is_refused(instance, token, cookie=colleague)


def test_it_is_for_one_session(person, instance, token):
    assert is_refused(instance, token, cookie=console_server.session_of(person))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://[::1",
        "http://127.0.0.1.evil.example",
        "http://evil.example/http://127.0.0.1",
        "http://user@127.0.0.1",
        "file://127.0.0.1",
        "http://127.0.0.1/",
    ],
)
def test_no_other_site_opens_a_console(instance, token, session, origin):
    assert is_refused(instance, token, cookie=session, origin=origin)
    # A site that only guesses does not use up what is not its own.
    assert gate.admit(scope(token, cookie=session), instance.uuid)


def test_behind_tls_a_page_without_it_opens_none(instance, token, session, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert is_refused(instance, token, cookie=session)
    assert gate.admit(scope(token, cookie=session, origin=f"https://{HOST}"), instance.uuid)


def test_a_browsers_ticket_is_not_for_programs(instance, token, session):
    assert is_refused(instance, token, cookie=session, origin="")


@pytest.fixture
def programs_token(person, instance):
    return consoles.open_console(caller(person, door="api", address=HOST), instance).token


def named(person, row):
    """A program that came with the key or token."""
    return caller(person, door="api", address=HOST, named=credentials.name_of(row))


def test_a_console_ends_with_the_token_or_key_that_it_was_opened_with(person, instance):
    own = caller(person)
    wanted = credentials.NewToken("ci", ["instance.*"], clock.now() + timedelta(days=1))
    token = credentials.create_token(own, person, wanted).row
    key = credentials.create_api_key(own, person, "backup").row
    by_token, by_key, late = (
        gate.admit(scope(consoles.open_console(named(person, row), instance).token, origin=""), instance.uuid)
        for row in (token, key, token)
    )
    assert [gate.why_not(one) for one in (by_token, by_key)] == ["", ""]
    type(token).objects.filter(pk=token.pk).update(expires_at=clock.now())
    assert "revoked or has expired" in gate.why_not(late)
    credentials.revoke_token(own, token)
    assert "revoked or has expired" in gate.why_not(by_token)
    assert gate.why_not(by_key) == ""
    credentials.revoke_api_key(own, key)
    assert "revoked or has expired" in gate.why_not(by_key)


def test_a_program_shows_its_own_without_an_origin(instance, programs_token):
    assert gate.admit(scope(programs_token, origin=""), instance.uuid)


def test_a_programs_ticket_is_not_for_a_browser_with_a_session(instance, programs_token, session):
    assert is_refused(instance, programs_token, cookie=session)


@pytest.fixture
def token_elsewhere(person, instance, session):
    elsewhere = caller(person, door="portal", address="192.0.2.9", session_key=session)
    return consoles.open_console(elsewhere, instance).token


def test_it_is_for_one_address(instance, token_elsewhere, session):
    # What a viewer says of its own address counts for nothing.
    assert is_refused(instance, token_elsewhere, cookie=session, forwarded="192.0.2.9")


def test_the_address_is_what_a_trusted_proxy_says(instance, token_elsewhere, session, settings):
    settings.TRUSTED_PROXIES = [HOST]
    assert gate.admit(scope(token_elsewhere, cookie=session, forwarded="192.0.2.9"), instance.uuid)


@pytest.mark.parametrize(
    "protocols",
    [["binary"], ["ticket."], ["binary", "ticket.a", "ticket.b"], ["binary", "ticket.guess"], ["ticket.ü\n"]],
)
def test_whoever_has_none_is_refused(instance, session, protocols):
    assert is_refused(instance, "", cookie=session, protocols=protocols)


def test_a_host_name_that_is_not_ours_is_refused(instance, token, session):
    assert is_refused(instance, token, cookie=session, origin="http://evil.example", host="evil.example")


def test_a_user_who_was_disabled_is_refused(person, instance, token, session):
    person.state = "disabled"
    person.save()
    with pytest.raises(NotPermitted):
        gate.admit(scope(token, cookie=session), instance.uuid)


def test_a_password_that_was_changed_ends_consoles(person, instance, token, session):
    admitted = gate.admit(scope(token, cookie=session), instance.uuid)
    assert not gate.why_not(admitted)

    person.set_password("another password, longer")
    person.save()

    assert gate.why_not(admitted)


def test_a_member_who_left_the_project_is_out(cloud):
    user = make_user(make_account(make_account().domain))
    session = console_server.session_of(user)
    project = make_project(caller(user))
    member = make_member(project, user=make_user(make_account(project.domain)))
    inside = caller_in_project(
        caller(member.user, address=HOST, session_key=console_server.session_of(member.user)), project
    )
    instance = deployed(cloud, inside)
    opening = consoles.open_console(inside, instance)
    ticket = ConsoleTicket.objects.get(uuid=opening.uuid)
    ticket.session_digest = ""
    assert consoles.standing(ticket, session).pk == instance.pk

    member.delete()

    with pytest.raises(PortalError):
        consoles.standing(ticket, session)


def test_a_stopped_instance_has_none(tenant, instance):
    instance.state = states.STOPPED
    with pytest.raises(WrongState):
        consoles.open_console(tenant, instance)


def test_the_portal_itself_opens_none(instance, root):
    with pytest.raises(NotPermitted):
        consoles.open_console(replace(root, user_id=None), instance)


def test_nobody_collects_tickets(tenant, instance, monkeypatch):
    monkeypatch.setattr(consoles, "MOST_UNUSED", 1)
    consoles.open_console(tenant, instance)
    with pytest.raises(TooManyRequests):
        consoles.open_console(tenant, instance)


def test_a_host_without_screens_says_so(tenant, instance, monkeypatch):
    monkeypatch.setattr("compute.topology.abilities.can", lambda place, ability: False)
    with pytest.raises(consoles.NoConsole):
        consoles.open_console(tenant, instance)


def test_old_tickets_are_forgotten(instance, token):
    assert consoles.forget_old() == 0
    ConsoleTicket.objects.update(
        expires_at=clock.now() - 2 * consoles.timedelta(seconds=consoles.KEPT_SECONDS)
    )
    assert consoles.forget_old() == 1


def test_a_deleted_instance_takes_its_tickets_along(instance, token, session):
    admitted = gate.admit(scope(token, cookie=session), instance.uuid)
    type(instance).objects.filter(pk=instance.pk).update(state=states.EXPUNGED)
    assert gate.why_not(admitted)
    with pytest.raises(NotFound):
        gate.connect(admitted)
