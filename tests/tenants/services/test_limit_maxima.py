"""How much accounts and domains may have: what they begin with, and who may change it."""

import pytest

from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted
from cloudportal.events.models import Event
from tenants.models import Counter
from tenants.queries.settings import EVERYWHERE, Place
from tenants.resources import Resource
from tenants.services import domains, limit_maxima, settings
from tenants.services.domains import NewDomain
from tests.support.factories import (
    account_of,
    make_account,
    make_caller,
    make_domain,
    make_personas,
    make_project,
)

pytestmark = pytest.mark.django_db

VOLUMES = Resource.VOLUMES


def maximum_of(owner, level=Counter.ACCOUNT):
    return Counter.objects.get(level=level, owner_id=owner.pk, resource=VOLUMES).maximum


def test_defaults_come_from_the_nearest_setting():
    who = make_personas()
    account = account_of(who.user)
    assert limit_maxima.defaults_of(account)[VOLUMES] == 20
    settings.set_value(who.root_admin, EVERYWHERE, "max.account.volumes", 30)
    assert limit_maxima.defaults_of(account)[VOLUMES] == 30
    settings.set_value(who.root_admin, Place.of_domain(who.domain), "max.account.volumes", -1)
    assert limit_maxima.defaults_of(account)[VOLUMES] is None


def test_domains_and_projects_have_defaults_of_their_own():
    who = make_personas()
    settings.set_value(who.root_admin, EVERYWHERE, "max.domain.volumes", 100)
    settings.set_value(who.root_admin, EVERYWHERE, "max.project.volumes", 7)
    domain = domains.create(who.root_admin, who.domain, NewDomain("sales"))
    assert maximum_of(domain, Counter.DOMAIN) == 100
    assert maximum_of(make_project(who.user).account) == 7


def test_a_domain_admin_limits_accounts_and_domains_below():
    who = make_personas()
    below = make_domain(who.domain)
    account = account_of(who.user)
    limit_maxima.set_maximum(who.domain_admin, account, "volumes", 5)
    limit_maxima.set_maximum(who.domain_admin, below, VOLUMES, 9)
    assert (maximum_of(account), maximum_of(below, Counter.DOMAIN)) == (5, 9)


def test_a_change_is_an_event_with_before_and_after():
    who = make_personas()
    account = account_of(who.user)
    limit_maxima.set_maximum(who.domain_admin, account, VOLUMES, 5)
    limit_maxima.set_maximum(who.domain_admin, account, VOLUMES, None)
    event = Event.objects.filter(type="RESOURCE.LIMIT.UPDATE").first()
    assert (event.before, event.after) == ({"volumes": 5}, {"volumes": None})
    assert event.account_uuid == account.uuid


def test_nobody_lifts_the_roof_that_they_sit_under():
    who = make_personas()
    with pytest.raises(NotPermitted):
        limit_maxima.set_maximum(who.domain_admin, who.domain, VOLUMES, None)
    with pytest.raises(NotPermitted):
        limit_maxima.set_maximum(who.domain_admin, account_of(who.domain_admin), VOLUMES, None)
    with pytest.raises(NotFound):
        limit_maxima.set_maximum(who.domain_admin, who.domain.parent, VOLUMES, None)


@pytest.mark.parametrize(
    ("persona", "refusal"),
    [
        ("user", NotPermitted),
        ("neighbour", NotPermitted),
        ("read_only_admin", NotPermitted),
        ("other_domain_admin", NotFound),
    ],
)
def test_others_change_no_limits(persona, refusal):
    who = make_personas()
    with pytest.raises(refusal):
        limit_maxima.set_maximum(getattr(who, persona), account_of(who.user), VOLUMES, 5)


def test_a_domain_admin_of_root_does_not_limit_root_admins(foundation):
    who = make_personas()
    with pytest.raises(NotPermitted):
        limit_maxima.set_maximum(
            make_caller(foundation, "Domain Admin"), account_of(who.root_admin), VOLUMES, 0
        )


def test_a_childs_maximum_is_not_above_a_parents(foundation):
    who = make_personas()
    lower = make_domain(who.domain)
    account = make_account(lower)
    limit_maxima.set_maximum(who.root_admin, who.domain, VOLUMES, 10)
    for owner in (lower, account):
        with pytest.raises(InvalidInput) as refusal:
            limit_maxima.set_maximum(who.domain_admin, owner, VOLUMES, 11)
        assert "maximum" in refusal.value.fields
        limit_maxima.set_maximum(who.domain_admin, owner, VOLUMES, 10)
        limit_maxima.set_maximum(who.domain_admin, owner, VOLUMES, None)


def test_root_may_cap_the_whole_cloud(foundation):
    who = make_personas()
    limit_maxima.set_maximum(who.root_admin, foundation, VOLUMES, 1000)
    assert maximum_of(foundation, Counter.DOMAIN) == 1000


def test_a_projects_limit_is_its_administrators_to_set():
    who = make_personas()
    project = make_project(who.user)
    limit_maxima.set_maximum(who.domain_admin, project.account, VOLUMES, 3)
    assert maximum_of(project.account) == 3
    with pytest.raises(NotPermitted):
        limit_maxima.set_maximum(who.user, project.account, VOLUMES, 300)


@pytest.mark.parametrize(("resource", "maximum"), [("volumes", -1), ("volumes", 10**16), ("dragons", 1)])
def test_what_is_no_limit_is_refused(resource, maximum):
    who = make_personas()
    with pytest.raises(InvalidInput):
        limit_maxima.set_maximum(who.root_admin, account_of(who.user), resource, maximum)


def test_a_maximum_below_what_is_in_use_takes_nothing_away():
    who = make_personas()
    account = account_of(who.user)
    Counter.objects.filter(owner_id=account.pk, level=Counter.ACCOUNT, resource=VOLUMES).update(used=5)
    counter = limit_maxima.set_maximum(who.domain_admin, account, VOLUMES, 2)
    counter.refresh_from_db()
    assert (counter.used, counter.maximum) == (5, 2)
