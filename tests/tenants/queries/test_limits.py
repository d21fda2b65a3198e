"""What is used, what may be, and which level says so."""

import pytest

from cloudportal.core.errors import NotFound
from tenants import queries
from tenants.resources import Resource
from tenants.services import limits
from tests.support.factories import account_of, caller_for, make_account, make_domain, make_personas

pytestmark = pytest.mark.django_db

VOLUMES = Resource.VOLUMES


def volumes_of(caller, owner):
    return next(one for one in queries.limits_for(caller, owner) if one.resource is VOLUMES)


def test_every_resource_is_listed_with_what_is_used():
    who = make_personas()
    account = account_of(who.user)
    limits.reserve(account, {VOLUMES: 2})
    listed = queries.limits_for(who.user, account)
    assert [one.resource for one in listed] == list(Resource)
    assert volumes_of(who.user, account).used == 2
    assert volumes_of(who.domain_admin, who.domain).used == 2


def test_the_lowest_maximum_on_the_path_binds():
    upper = make_domain(name="upper", maxima={VOLUMES: 30})
    lower = make_domain(upper, name="lower", maxima={VOLUMES: 10})
    account = make_account(lower, maxima={VOLUMES: 20})
    who = make_personas()
    one = volumes_of(who.root_admin, account)
    assert (one.maximum, one.effective, one.bound_by) == (20, 10, "The domain lower")
    assert one.is_inherited
    assert volumes_of(who.root_admin, upper).effective == 30


def test_a_level_above_the_callers_domain_is_not_named():
    upper = make_domain(name="secret holding", maxima={VOLUMES: 10})
    account = make_account(make_domain(upper))
    one = volumes_of(caller_for(account), account)
    assert (one.effective, one.bound_by) == (10, "A domain above yours")


def test_shares_go_from_nothing_to_all():
    account = make_account(maxima={VOLUMES: 4, Resource.CPUS: 0})
    caller = caller_for(account)
    limits.reserve(account, {VOLUMES: 1})
    shares = {one.resource: one.share for one in queries.limits_for(caller, account)}
    assert (shares[VOLUMES], shares[Resource.CPUS], shares[Resource.NETWORKS]) == (0.25, 1.0, 0.0)


def test_two_queries_whatever_the_depth(django_assert_num_queries):
    domain = make_domain()
    for _ in range(6):
        domain = make_domain(domain)
    account = make_account(domain)
    caller = caller_for(account)
    with django_assert_num_queries(2):
        queries.limits_for(caller, account)


def test_strangers_limits_are_not_there():
    who = make_personas()
    account = account_of(who.user)
    for caller, owner in (
        (who.neighbour, account),
        (who.other_domain_admin, account),
        (who.other_domain_admin, who.domain),
        (who.domain_admin, who.domain.parent),
        (who.user, who.domain),
    ):
        with pytest.raises(NotFound):
            queries.limits_for(caller, owner)
