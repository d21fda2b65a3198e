"""What would go with an account, a project or a domain, before it goes."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import NotFound, NotPermitted
from tenants.models import Account, Domain, Project, User
from tenants.services import account_states, departures, domains
from tenants.services.departures import Holdings
from tests.support.factories import (
    account_of,
    caller_for,
    make_account,
    make_domain,
    make_personas,
    make_project,
    make_role,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_holdings(monkeypatch):
    monkeypatch.setattr(departures, "_registered", {})


def counts(departing):
    return {one.name: one.count for one in departing}


def test_an_account_takes_its_users_along():
    who = make_personas()
    account = account_of(who.user)
    make_user(account, "bob")
    (users,) = departures.preview_of_account(who.domain_admin, account)
    assert (users.name, users.count) == ("users", 2)
    assert "bob" in {held.name for held in users.first}


def test_a_domain_takes_everything_below_along():
    who = make_personas()
    top = make_domain(who.domain)
    make_user(make_account(make_domain(top)))
    assert counts(departures.preview_of_domain(who.domain_admin, top)) == {
        "domains": 1,
        "accounts": 1,
        "users": 1,
    }


def test_rooms_show_what_is_theirs_in_the_order_in_which_it_goes():
    who = make_personas()
    account = account_of(who.user)
    for name, order in (("volumes", 300), ("instances", 100)):
        departures.register(
            Holdings(name, order, lambda accounts: User.objects.filter(account__in=accounts), lambda *_: None)
        )
    shown = departures.preview_of_account(who.domain_admin, account)
    assert [one.name for one in shown] == ["users", "instances", "volumes"]


def test_a_preview_names_some_and_counts_all(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(departures, "SHOWN", 3)
    who = make_personas()
    account = account_of(who.user)
    for _ in range(5):
        make_user(account)
    with django_assert_num_queries(2):
        (users,) = departures.preview_of_account(who.domain_admin, account)
    assert (users.count, len(users.first)) == (6, 3)


def test_only_those_who_may_delete_look():
    who = make_personas()
    project = make_project(who.user)
    with pytest.raises(NotPermitted):
        departures.preview_of_account(who.user, account_of(who.user))
    with pytest.raises(NotFound):
        departures.preview_of_account(who.other_domain_admin, account_of(who.user))
    with pytest.raises(NotFound):
        departures.preview_of_domain(who.other_domain_admin, who.domain)
    with pytest.raises(NotPermitted):
        departures.preview_of_domain(who.domain_admin, who.domain)
    for stranger in (who.neighbour, who.other_domain_admin):
        with pytest.raises(NotFound):
            departures.preview_of_project(stranger, project)


def test_a_plan_to_delete_says_what_would_go_and_changes_nothing():
    who = make_personas()
    top = make_domain(who.domain)
    account = make_account(top)
    make_user(account)
    plan = plans.planned(lambda: domains.delete(who.domain_admin, top, with_contents=True))
    sentences = [effect["sentence"] for effect in plan.effects if effect["kind"] == "removal"]
    assert sentences == ["Removes 1 accounts.", "Removes 1 users."]
    other = plans.planned(lambda: account_states.delete(who.domain_admin, account))
    assert [effect["name"] for effect in other.effects if effect["kind"] == "removal"] == ["users"]
    assert Account.objects.get(pk=account.pk).state == "enabled"
    assert Domain.objects.get(pk=top.pk).state == "enabled"


def test_a_role_that_may_not_read_users_still_sees_what_goes():
    # The preview is part of deleting; whoever may delete must know what.
    who = make_personas()
    deleter = make_role(["account.*", "domain.*"], kind="domain-admin")
    admin = make_account(who.domain, deleter)
    target = make_account(who.domain, make_role(["account.read"]))
    make_user(target)
    assert counts(departures.preview_of_account(caller_for(admin), target)) == {"users": 1}


def test_a_projects_preview_is_its_admins_to_see():
    who = make_personas()
    project = make_project(who.user)
    departures.register(
        Holdings(
            "projects", 100, lambda accounts: Project.objects.filter(account__in=accounts), lambda *_: None
        )
    )
    assert counts(departures.preview_of_project(who.user, project)) == {"projects": 1}
