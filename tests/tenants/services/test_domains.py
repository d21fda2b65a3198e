"""The tree of domains, and who may shape which part of it."""

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from cloudportal.events.models import Event
from tenants import states
from tenants.models import Counter, Domain
from tenants.resources import Resource
from tenants.services import domains
from tenants.services.domains import MOST_DEPTH, DomainChanges, NewDomain
from tests.support.factories import make_account, make_caller, make_domain, make_personas

pytestmark = pytest.mark.django_db


def test_a_new_domain_lies_below_its_parent_and_has_counters():
    who = make_personas()
    made = domains.create(who.root_admin, who.domain, NewDomain("sales", network_suffix="Sales.Example"))
    assert made.path == f"{who.domain.path}{made.pk}/"
    assert made.depth == who.domain.depth + 1
    assert made.network_suffix == "sales.example"
    assert Counter.objects.filter(level=Counter.DOMAIN, owner_id=made.pk).count() == len(Resource)


def test_making_a_domain_is_an_event_with_what_it_became():
    who = make_personas()
    made = domains.create(who.domain_admin, who.domain, NewDomain("sales"))
    event = Event.objects.get(type="DOMAIN.CREATE")
    assert (event.subject_uuid, event.after["name"]) == (made.uuid, "sales")
    assert event.user_name == who.domain_admin.user_name
    assert event.domain_path == made.path


def test_siblings_cannot_share_a_name_whatever_its_case():
    who = make_personas()
    domains.create(who.root_admin, who.domain, NewDomain("Sales"))
    with pytest.raises(InvalidInput) as refusal:
        domains.create(who.root_admin, who.domain, NewDomain("sales"))
    assert "name" in refusal.value.fields


def test_cousins_can_share_a_name():
    who = make_personas()
    domains.create(who.root_admin, who.domain, NewDomain("sales"))
    twin = domains.create(who.root_admin, who.other_domain, NewDomain("sales"))
    assert twin.parent_id == who.other_domain.pk


@pytest.mark.parametrize("name", ["", " ", "a/b", "<script>", "x" * 101, "line\nbreak"])
def test_a_name_that_would_hurt_is_refused(name):
    who = make_personas()
    with pytest.raises(InvalidInput) as refusal:
        domains.create(who.root_admin, who.domain, NewDomain(name))
    assert "name" in refusal.value.fields


def test_domains_are_nested_only_so_deep():
    who = make_personas()
    deepest = who.domain
    for level in range(MOST_DEPTH - who.domain.depth):
        deepest = domains.create(who.root_admin, deepest, NewDomain(f"level-{level}"))
    with pytest.raises(InvalidInput) as refusal:
        domains.create(who.root_admin, deepest, NewDomain("one too deep"))
    assert "parent" in refusal.value.fields


def test_a_domain_admin_cannot_make_a_domain_elsewhere():
    who = make_personas()
    with pytest.raises(NotFound):
        domains.create(who.domain_admin, who.other_domain, NewDomain("mine"))
    with pytest.raises(NotFound):
        domains.create(who.domain_admin, who.domain.parent, NewDomain("mine"))


@pytest.mark.parametrize("persona", ["user", "neighbour", "read_only_admin"])
def test_others_cannot_make_a_domain(persona):
    who = make_personas()
    with pytest.raises(NotPermitted):
        domains.create(getattr(who, persona), who.domain, NewDomain("mine"))


def test_nothing_is_made_in_a_domain_that_is_being_deleted():
    who = make_personas()
    Domain.objects.filter(pk=who.domain.pk).update(state=states.REMOVING)
    with pytest.raises(Conflict):
        domains.create(who.root_admin, who.domain, NewDomain("late"))


def test_renaming_says_what_was_before():
    who = make_personas()
    below = make_domain(who.domain, "old")
    domains.update(who.domain_admin, below, DomainChanges(name="new"))
    event = Event.objects.get(type="DOMAIN.UPDATE")
    assert (event.before["name"], event.after["name"]) == ("old", "new")


def test_a_domain_admin_cannot_change_the_domain_they_sit_in():
    who = make_personas()
    with pytest.raises(NotPermitted):
        domains.update(who.domain_admin, who.domain, DomainChanges(name="ours"))
    with pytest.raises(NotPermitted):
        domains.delete(who.domain_admin, who.domain, with_contents=True)


def test_root_keeps_its_name_and_stays(foundation):
    who = make_personas()
    with pytest.raises(NotPermitted):
        domains.update(who.root_admin, foundation, DomainChanges(name="TRUNK"))
    with pytest.raises(NotPermitted):
        domains.delete(who.root_admin, foundation, with_contents=True)


def test_a_domain_with_contents_is_deleted_only_where_that_is_said():
    who = make_personas()
    below = make_domain(who.domain)
    make_account(below)
    with pytest.raises(Conflict) as refusal:
        domains.delete(who.domain_admin, below)
    assert "1 accounts" in refusal.value.detail
    below.refresh_from_db()
    assert below.state == states.ENABLED


def test_whoever_may_more_is_not_deleted_with_their_domain():
    who = make_personas()
    below = make_domain(who.domain)
    greater = make_account(make_domain(below), "Resource Admin")
    with pytest.raises(NotPermitted) as refusal:
        domains.delete(who.domain_admin, below, with_contents=True)
    assert "Resource Admin" in refusal.value.detail
    greater.refresh_from_db()
    assert greater.state == states.ENABLED
    domains.delete(who.root_admin, below, with_contents=True)
    greater.refresh_from_db()
    assert greater.state == states.REMOVING


def test_a_domain_is_deleted_once():
    who = make_personas()
    below = make_domain(who.domain)
    domains.delete(who.domain_admin, below)
    with pytest.raises(WrongState):
        domains.delete(who.domain_admin, below)


def test_a_namesake_path_is_not_below():
    # /1/2/ and /1/22/: one path begins with the digits of the other, but not with its slash.
    first = make_domain()
    second = make_domain()
    Domain.objects.filter(pk=second.pk).update(path=f"{first.path.rstrip('/')}9/")
    second.refresh_from_db()
    admin = make_caller(first, "Domain Admin")
    with pytest.raises(NotFound):
        domains.create(admin, second, NewDomain("mine"))
