"""Counting up and down the whole path, all or nothing."""

import pytest
from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.errors import LimitReached, WrongState
from tenants import states
from tenants.models import Account, Counter, Domain
from tenants.resources import Resource
from tenants.services import limits
from tests.support.factories import foundation as root_domain
from tests.support.factories import make_account, make_domain, make_project, used_by

pytestmark = pytest.mark.django_db

VOLUMES, GIB = Resource.VOLUMES, Resource.PRIMARY_STORAGE_GIB


def path(account):
    """The account and all domains above it."""
    return [account, *Domain.objects.filter(pk__in=account.domain.ancestor_ids)]


def test_what_is_reserved_counts_at_every_level():
    account = make_account(make_domain(make_domain()))
    limits.reserve(account, {VOLUMES: 2, GIB: 50})
    assert [used_by(one, VOLUMES) for one in path(account)] == [2, 2, 2, 2]
    assert [used_by(one, GIB) for one in path(account)] == [50, 50, 50, 50]


def test_what_is_released_counts_no_longer():
    account = make_account()
    limits.reserve(account, {VOLUMES: 2})
    limits.release(account, {VOLUMES: 2})
    assert {used_by(one, VOLUMES) for one in path(account)} == {0}


def test_nobody_else_is_counted():
    domain = make_domain()
    account, neighbour, stranger = make_account(domain), make_account(domain), make_account()
    limits.reserve(account, {VOLUMES: 1})
    assert used_by(neighbour, VOLUMES) == used_by(stranger, VOLUMES) == used_by(stranger.domain, VOLUMES) == 0


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_a_limit_at_any_level_stops_it_and_leaves_no_trace(level):
    account = make_account(make_domain(make_domain()))
    binding = path(account)[level]
    Counter.objects.filter(
        level=Counter.DOMAIN if level else Counter.ACCOUNT, owner_id=binding.pk, resource=GIB
    ).update(maximum=5)
    with pytest.raises(LimitReached):
        limits.reserve(account, {VOLUMES: 1, GIB: 6})
    # Even where the refusal is caught inside of a transaction that goes on.
    assert {used_by(one, what) for one in path(account) for what in (VOLUMES, GIB)} == {0}
    limits.reserve(account, {VOLUMES: 1, GIB: 5})
    assert used_by(account, GIB) == 5


def test_the_refusal_of_ones_own_limit_says_how_much_there_is():
    account = make_account(maxima={VOLUMES: 3}, name="shop")
    limits.reserve(account, {VOLUMES: 2})
    with pytest.raises(LimitReached) as refusal:
        limits.reserve(account, {VOLUMES: 2})
    assert refusal.value.detail == (
        "The account shop may have 3 volumes; 2 are in use and 2 more were asked for. Free some, or ask for more."
    )


def test_the_refusal_of_a_domains_limit_does_not_say_what_others_have():
    domain = make_domain(name="east", maxima={VOLUMES: 41})
    limits.reserve(make_account(domain), {VOLUMES: 37})
    with pytest.raises(LimitReached) as refusal:
        limits.reserve(make_account(domain), {VOLUMES: 5})
    words = f"{refusal.value.detail} {refusal.value.values}"
    assert "The domain east" in words
    assert "41" not in words
    assert "37" not in words


def test_a_domain_above_is_not_named_by_its_refusal():
    top = make_domain(name="hidden holding", maxima={VOLUMES: 1})
    account = make_account(make_domain(top))
    with pytest.raises(LimitReached) as refusal:
        limits.reserve(account, {VOLUMES: 2})
    assert refusal.value.detail.startswith("A domain above yours has no room for 2 more volumes")
    assert refusal.value.values["owner"] == "A domain above yours"
    assert "hidden holding" not in f"{refusal.value.detail} {refusal.value.values}"


def test_a_maximum_of_nothing_allows_nothing():
    account = make_account(maxima={VOLUMES: 0})
    with pytest.raises(LimitReached):
        limits.reserve(account, {VOLUMES: 1})


def test_an_adjustment_grows_and_shrinks_together():
    account = make_account(maxima={GIB: 100})
    limits.reserve(account, {VOLUMES: 3, GIB: 90})
    limits.adjust(account, {VOLUMES: -1, GIB: 10})
    assert (used_by(account, VOLUMES), used_by(account, GIB)) == (2, 100)
    with pytest.raises(LimitReached):
        limits.adjust(account, {VOLUMES: -1, GIB: 1})
    assert (used_by(account, VOLUMES), used_by(account, GIB)) == (2, 100)


def test_a_transfer_changes_nothing_where_the_paths_meet():
    top = make_domain()
    left, right = make_account(make_domain(top)), make_account(make_domain(top), maxima={VOLUMES: 2})
    limits.reserve(left, {VOLUMES: 3})
    limits.transfer(left, right, {VOLUMES: 2})
    assert [used_by(one, VOLUMES) for one in (left, left.domain)] == [1, 1]
    assert [used_by(one, VOLUMES) for one in (right, right.domain)] == [2, 2]
    assert used_by(top, VOLUMES) == used_by(root_domain(), VOLUMES) == 3
    with pytest.raises(LimitReached):
        limits.transfer(left, right, {VOLUMES: 1})
    assert used_by(left, VOLUMES) == 1


def test_a_limit_above_both_does_not_stop_a_transfer():
    top = make_domain(maxima={VOLUMES: 3})
    left, right = make_account(make_domain(top)), make_account(make_domain(top))
    limits.reserve(left, {VOLUMES: 3})
    limits.transfer(left, right, {VOLUMES: 3})
    assert used_by(right, VOLUMES) == used_by(top, VOLUMES) == 3


@pytest.mark.django_db(transaction=True)
def test_counting_outside_of_a_transaction_is_a_mistake_of_ours():
    account = make_account()
    with pytest.raises(RuntimeError):
        limits.reserve(account, {VOLUMES: 1})


@pytest.mark.django_db(transaction=True)
def test_a_transaction_taken_back_takes_the_reservation_back():
    account = make_account()

    def change():
        limits.reserve(account, {VOLUMES: 1})

    plan = plans.planned(change)
    assert plan.effects == [
        {"kind": "limit", "sentence": "Counts 1 volumes.", "resource": "volumes", "amount": 1}
    ]
    assert used_by(account, VOLUMES) == 0


def test_a_resource_younger_than_the_account_is_counted_under_the_default_limit():
    account = make_account()
    Counter.objects.filter(resource=VOLUMES).delete()
    limits.reserve(account, {VOLUMES: 1})
    counter = Counter.objects.get(level=Counter.ACCOUNT, owner_id=account.pk, resource=VOLUMES)
    assert (counter.used, counter.maximum) == (1, 20)
    with pytest.raises(LimitReached):
        limits.reserve(account, {VOLUMES: 20})


@pytest.mark.parametrize("state", [states.LOCKED, states.DISABLED, states.REMOVING])
def test_nothing_new_for_an_account_that_is_not_enabled(state):
    account = make_account()
    stale = Account.objects.select_related("domain").get(pk=account.pk)
    Account.objects.filter(pk=account.pk).update(state=state)
    with pytest.raises(WrongState) as refusal:
        limits.reserve(stale, {VOLUMES: 1})
    assert state in refusal.value.detail


def test_nothing_new_in_a_domain_that_is_being_deleted():
    account = make_account()
    Domain.objects.filter(pk=account.domain_id).update(state=states.REMOVING)
    with pytest.raises(WrongState):
        limits.reserve(account, {VOLUMES: 1})


def test_what_is_there_can_be_given_back_whatever_the_state():
    account = make_account()
    limits.reserve(account, {VOLUMES: 1})
    Account.objects.filter(pk=account.pk).update(state=states.REMOVING)
    limits.release(account, {VOLUMES: 1})
    assert used_by(account, VOLUMES) == 0


def test_a_project_is_counted_on_its_own_and_up_its_domain():
    project = make_project()
    limits.reserve(project.account, {VOLUMES: 2})
    assert used_by(project.account, VOLUMES) == used_by(project.domain, VOLUMES) == 2
    assert used_by(project.founder, VOLUMES) == 0


def test_a_project_that_is_full_is_called_a_project():
    project = make_project(name="web")
    Counter.objects.filter(owner_id=project.account_id, level=Counter.ACCOUNT).update(maximum=0)
    with pytest.raises(LimitReached) as refusal, transaction.atomic():
        limits.reserve(project.account, {VOLUMES: 1})
    assert refusal.value.detail.startswith("The project web may have 0 volumes")


def test_nothing_to_count_asks_nothing(django_assert_num_queries):
    account = make_account()
    limits.reserve(account, {})
    assert used_by(account, VOLUMES) == 0
