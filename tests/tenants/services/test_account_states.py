"""Locking, disabling and enabling accounts, and who may."""

import pytest
from django.db import transaction

from cloudportal.core.errors import Conflict, NotFound, NotPermitted, WrongState
from cloudportal.events.models import Event
from tenants import states
from tenants.authentication import users_with_account
from tenants.models import Account
from tenants.resources import Resource
from tenants.services import access, account_states, departures, limits
from tenants.services.departures import Holdings
from tests.support.factories import (
    account_of,
    make_account,
    make_caller,
    make_personas,
    make_project,
    make_user,
    used_by,
)

pytestmark = pytest.mark.django_db


def test_a_locked_account_makes_nothing_new_but_keeps_what_it_has():
    who = make_personas()
    account = account_of(who.user)
    limits.reserve(account, {Resource.INSTANCES: 1})
    account_states.lock(who.domain_admin, account)
    with pytest.raises(WrongState) as refusal:
        limits.reserve(account, {Resource.INSTANCES: 1})
    assert refusal.value.detail == "The account is locked. To create anything new it must be enabled."
    assert used_by(account, Resource.INSTANCES) == 1
    limits.release(account, {Resource.INSTANCES: 1})
    assert used_by(account, Resource.INSTANCES) == 0


def test_users_of_a_locked_account_can_sign_in():
    who = make_personas()
    account = account_of(who.user)
    account_states.lock(who.domain_admin, account)
    assert users_with_account().get(pk=who.user.user_id).is_active


def test_disabling_ends_sessions_for_good():
    who = make_personas()
    account = account_of(who.user)
    before = users_with_account().get(pk=who.user.user_id).get_session_auth_hash()
    account_states.disable(who.domain_admin, account)
    assert not users_with_account().get(pk=who.user.user_id).is_active
    account_states.enable(who.domain_admin, account)
    user = users_with_account().get(pk=who.user.user_id)
    assert user.is_active
    assert user.get_session_auth_hash() != before


def test_disabling_ends_whatever_else_lets_users_in(monkeypatch):
    ended = []
    monkeypatch.setattr(access, "_endings", {"keys": lambda users: ended.extend(users)})
    who = make_personas()
    other = make_user(account_of(who.user))
    account_states.disable(who.domain_admin, account_of(who.user))
    assert {user.pk for user in ended} == {who.user.user_id, other.pk}


def test_disabling_has_what_runs_stopped(monkeypatch):
    halted = []
    holdings = Holdings(
        "things",
        100,
        of=lambda accounts: Account.objects.none(),
        remove=lambda caller, row: None,
        halt=lambda caller, account: halted.append((caller.user_name, account.pk)),
    )
    monkeypatch.setattr(departures, "_registered", {"things": holdings})
    who = make_personas()
    account = account_of(who.user)
    account_states.disable(who.domain_admin, account)
    assert halted == [(who.domain_admin.user_name, account.pk)]


@pytest.mark.parametrize(
    ("verb", "state"),
    [("lock", states.LOCKED), ("disable", states.DISABLED), ("delete", states.REMOVING)],
)
def test_only_those_who_dominate_change_the_state(verb, state):
    who = make_personas()
    account = account_of(who.user)
    change = getattr(account_states, verb)
    for stranger, refusal in (
        (who.user, NotPermitted),
        (who.neighbour, NotPermitted),
        (who.read_only_admin, NotPermitted),
        (who.other_domain_admin, NotFound),
    ):
        with pytest.raises(refusal):
            change(stranger, account)
    change(who.domain_admin, account)
    assert account.state == state


@pytest.mark.parametrize(("verb", "event"), [("lock", "ACCOUNT.LOCK"), ("disable", "ACCOUNT.DISABLE")])
def test_a_change_of_state_is_an_event_of_the_account(verb, event):
    who = make_personas()
    account = account_of(who.user)
    getattr(account_states, verb)(who.domain_admin, account)
    assert Event.objects.get(type=event).account_uuid == account.uuid


@pytest.mark.parametrize("verb", ["lock", "disable", "delete"])
def test_nobody_shuts_themselves_out(verb):
    who = make_personas()
    with pytest.raises(NotPermitted):
        getattr(account_states, verb)(who.domain_admin, account_of(who.domain_admin))


@pytest.mark.parametrize("verb", ["lock", "disable", "delete"])
def test_the_portals_own_account_stays(verb, foundation):
    other_root = make_caller(foundation, "Root Admin")
    own = Account.objects.get(domain=foundation, name="admin")
    with pytest.raises(NotPermitted):
        getattr(account_states, verb)(other_root, own)


def test_a_domain_admin_of_root_cannot_disable_root_admins(foundation):
    target = make_account(foundation, "Root Admin")
    with pytest.raises(NotPermitted):
        account_states.disable(make_caller(foundation, "Domain Admin"), target)


def test_states_move_only_along_the_table():
    who = make_personas()
    account = account_of(who.user)
    with pytest.raises(WrongState):
        account_states.enable(who.domain_admin, account)
    account_states.disable(who.domain_admin, account)
    with pytest.raises(WrongState):
        account_states.lock(who.domain_admin, account)


def test_a_stale_row_does_not_move():
    who = make_personas()
    account = account_of(who.user)
    Account.objects.filter(pk=account.pk).update(state=states.REMOVING)
    with pytest.raises(WrongState), transaction.atomic():
        account_states.disable(who.domain_admin, account)
    assert Account.objects.get(pk=account.pk).state == states.REMOVING


def test_an_account_that_projects_count_against_is_kept():
    who = make_personas()
    project = make_project(who.user)
    with pytest.raises(Conflict) as refusal:
        account_states.delete(who.domain_admin, account_of(who.user))
    assert project.name in refusal.value.detail


def test_a_projects_account_is_not_disabled_by_this_way():
    who = make_personas()
    project = make_project(who.user)
    with pytest.raises(NotFound):
        account_states.disable(who.domain_admin, project.account)
