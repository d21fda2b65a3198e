"""Proving the counters against what is there."""

import pytest
from django.db import transaction

from cloudportal.core.errors import NotPermitted
from cloudportal.events.models import Alert, Event
from tenants.models import Counter
from tenants.resources import Resource
from tenants.services import limits, limits_recount
from tests.support.factories import make_account, make_domain, make_personas, make_project, used_by
from tests.support.races import at_once

SNAPSHOTS = Resource.SNAPSHOTS


@pytest.fixture
def there(monkeypatch):
    """What a room says is there: snapshots by account id."""
    amounts = {}
    monkeypatch.setattr(limits_recount, "_sources", {SNAPSHOTS: lambda: dict(amounts)})
    return amounts


def miscount(owner, used):
    level = Counter.DOMAIN if hasattr(owner, "ancestor_ids") else Counter.ACCOUNT
    Counter.objects.filter(level=level, owner_id=owner.pk, resource=SNAPSHOTS).update(used=used)


@pytest.mark.django_db
def test_right_counters_are_left_alone(there):
    account = make_account(make_domain(make_domain()))
    limits.reserve(account, {SNAPSHOTS: 3})
    there[account.pk] = 3
    assert limits_recount.find_drift(fix=limits_recount.repair) == []
    assert used_by(account, SNAPSHOTS) == 3


@pytest.mark.django_db
def test_domains_have_the_sum_of_all_below(there, foundation):
    upper = make_domain()
    lower = make_domain(upper)
    first, second, stranger = make_account(upper), make_account(lower), make_account()
    there.update({first.pk: 1, second.pk: 2, stranger.pk: 4})
    limits_recount.find_drift(fix=limits_recount.repair)
    found = [used_by(one, SNAPSHOTS) for one in (first, second, stranger, lower, upper, foundation)]
    assert found == [1, 2, 4, 2, 3, 7]


@pytest.mark.django_db
def test_drift_is_reported_with_both_numbers(there):
    account = make_account(name="shop")
    there[account.pk] = 2
    miscount(account, 9)
    drift = next(one for one in limits_recount.find_drift() if one.level == Counter.ACCOUNT)
    assert str(drift) == "The account shop: 9 snapshots counted, 2 there."
    assert used_by(account, SNAPSHOTS) == 9


@pytest.mark.django_db
def test_what_is_counted_but_not_there_goes(there):
    account = make_account()
    miscount(account, 5)
    miscount(account.domain, -3)
    limits_recount.find_drift(fix=limits_recount.repair)
    assert used_by(account, SNAPSHOTS) == used_by(account.domain, SNAPSHOTS) == 0


@pytest.mark.django_db
def test_a_missing_counter_is_made(there):
    account = make_account()
    Counter.objects.filter(owner_id=account.pk, resource=SNAPSHOTS).delete()
    there[account.pk] = 1
    limits_recount.find_drift(fix=limits_recount.repair)
    assert used_by(account, SNAPSHOTS) == 1


@pytest.mark.django_db
def test_drift_is_one_alert_until_it_is_repaired(there):
    who = make_personas()
    account = make_account()
    there[account.pk] = 2
    limits_recount.watch()
    limits_recount.watch()
    alert = Alert.objects.get(code=limits_recount.ALERT)
    assert (alert.times, alert.is_open) == (2, True)
    assert account.name in alert.detail
    limits_recount.recount(who.root_admin)
    alert.refresh_from_db()
    assert not alert.is_open
    assert used_by(account, SNAPSHOTS) == 2


@pytest.mark.django_db
def test_an_alert_is_cleared_once_the_counters_are_right_again(there):
    account = make_account()
    there[account.pk] = 2
    limits_recount.watch()
    there.clear()
    limits_recount.watch()
    assert not Alert.objects.get(code=limits_recount.ALERT).is_open


@pytest.mark.django_db
def test_a_repair_says_what_it_changed(there):
    who = make_personas()
    account = make_account()
    there[account.pk] = 2
    limits_recount.recount(who.root_admin)
    event = Event.objects.get(type="RESOURCE.COUNT.UPDATE", subject_type=Counter.ACCOUNT)
    assert (event.before, event.after) == ({"snapshots": 0}, {"snapshots": 2})


@pytest.mark.django_db
@pytest.mark.parametrize("persona", ["domain_admin", "user", "read_only_admin"])
def test_others_do_not_repair(persona, there):
    who = make_personas()
    with pytest.raises(NotPermitted):
        limits_recount.recount(getattr(who, persona))


@pytest.mark.django_db
def test_projects_are_counted_against_their_founders():
    project = make_project()
    assert limits_recount.find_drift([Resource.PROJECTS]) == []
    counters = Counter.objects.filter(level=Counter.ACCOUNT, resource=Resource.PROJECTS)
    counters.filter(owner_id=project.founder_id).update(used=0)
    (drift,) = limits_recount.find_drift([Resource.PROJECTS])
    assert (drift.used, drift.found) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_changes_under_way_are_no_drift(monkeypatch):
    # Rows and counters of this "room" are the counters of another resource: they change in one transaction.
    def there():
        rows = Counter.objects.filter(level=Counter.ACCOUNT, resource=Resource.VOLUMES, used__gt=0)
        return dict(rows.values_list("owner_id", "used"))

    monkeypatch.setattr(limits_recount, "_sources", {SNAPSHOTS: there})
    domain = make_domain()
    accounts = [make_account(domain) for _ in range(3)]

    def change(account):
        for _ in range(10):
            with transaction.atomic():
                limits.reserve(account, {Resource.VOLUMES: 1, SNAPSHOTS: 1})

    def work(number):
        if number < 6:
            return change(accounts[number % 3])
        return [limits_recount.find_drift(fix=limits_recount.repair) for _ in range(5)]

    answers = at_once(8, work)
    assert answers == [None] * 6 + [[[]] * 5] * 2
    assert used_by(domain, SNAPSHOTS) == 60
