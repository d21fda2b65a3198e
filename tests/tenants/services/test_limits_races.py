"""Many who want the last of something at the same moment (CVE-2025-69233), on the database that the suite runs on."""

from collections import Counter as Tally

import pytest
from django.db import transaction

from cloudportal.core.errors import LimitReached
from tenants.models import Account, Counter
from tenants.resources import Resource
from tenants.services import limits
from tests.support.factories import make_account, make_domain, used_by
from tests.support.races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ASKING = 200
VOLUMES = Resource.VOLUMES


def ask(account, **amounts):
    """One create: its own transaction, as a service has it."""
    fresh = Account.objects.select_related("domain").get(pk=account.pk)
    with transaction.atomic():
        limits.reserve(fresh, amounts or {VOLUMES: 1})


def tally(answers):
    return Tally(type(answer).__name__ for answer in answers)


def test_two_hundred_at_once_get_exactly_what_the_account_may_have():
    account = make_account(maxima={VOLUMES: 37})
    answers = at_once(ASKING, lambda number: ask(account))
    assert tally(answers) == {"NoneType": 37, "LimitReached": ASKING - 37}
    assert used_by(account, VOLUMES) == used_by(account.domain, VOLUMES) == 37


def test_accounts_of_one_domain_share_exactly_what_the_domain_may_have():
    domain = make_domain(make_domain(), maxima={VOLUMES: 41})
    accounts = [make_account(domain, maxima={VOLUMES: 15}) for _ in range(5)]
    answers = at_once(ASKING, lambda number: ask(accounts[number % 5]))
    assert tally(answers) == {"NoneType": 41, "LimitReached": ASKING - 41}
    shares = [used_by(account, VOLUMES) for account in accounts]
    assert sum(shares) == used_by(domain, VOLUMES) == used_by(domain.parent, VOLUMES) == 41
    assert max(shares) <= 15


@pytest.mark.parametrize("resource", list(Resource))
def test_every_resource_is_guarded(resource):
    account = make_account(maxima={resource: 3})
    answers = at_once(12, lambda number: ask(account, **{resource: 1}))
    assert tally(answers) == {"NoneType": 3, "LimitReached": 9}
    assert used_by(account, resource) == 3


def test_those_who_want_several_things_in_another_order_do_not_block_each_other():
    domain = make_domain()
    accounts = [make_account(domain) for _ in range(4)]
    kinds = list(Resource)

    def mixed(number):
        order = kinds if number % 2 else kinds[::-1]
        ask(accounts[number % 4], **dict.fromkeys(order, 1))

    assert tally(at_once(60, mixed)) == {"NoneType": 60}
    assert {used_by(domain, kind) for kind in kinds} == {60}


def test_growing_shrinking_and_handing_over_at_once_keeps_the_sums():
    top = make_domain()
    accounts = [make_account(make_domain(top)) for _ in range(4)]
    with transaction.atomic():
        for account in accounts:
            limits.reserve(account, {VOLUMES: 50, Resource.CPUS: 50})

    def change(number):
        one, other = accounts[number % 4], accounts[(number + 1 + number // 4) % 4]
        with transaction.atomic():
            limits.transfer(one, other, {VOLUMES: 1})
        with transaction.atomic():
            limits.adjust(one, {VOLUMES: 1, Resource.CPUS: -1})
        with transaction.atomic():
            limits.adjust(other, {VOLUMES: -1, Resource.CPUS: 1})

    assert tally(at_once(48, change)) == {"NoneType": 48}
    assert used_by(top, VOLUMES) == sum(used_by(account, VOLUMES) for account in accounts) == 200
    assert used_by(top, Resource.CPUS) == 200


def test_first_uses_of_a_young_resource_count_all():
    account = make_account()
    Counter.objects.filter(resource=VOLUMES).delete()
    answers = at_once(20, lambda number: ask(account))
    assert tally(answers) == {"NoneType": 20}
    assert used_by(account, VOLUMES) == used_by(account.domain, VOLUMES) == 20


def test_a_refusal_is_a_refusal_and_not_a_fault():
    account = make_account(maxima={VOLUMES: 0})
    assert all(isinstance(answer, LimitReached) for answer in at_once(8, lambda number: ask(account)))
