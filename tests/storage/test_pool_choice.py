from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from storage import pool_choice
from storage.models import Pool
from storage.pool_choice import Need, narrow
from tests.support.factories_infra import GIB, make_cluster, make_host, make_pool, make_zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def host():
    return make_host()


@pytest.fixture
def zone(host):
    return host.cluster.pod.zone


def need(zone, gib=10, **options):
    return Need(zone.pk, gib * GIB, **options)


def names(funnel):
    return [pool.name for pool in funnel.pools]


def test_pools_of_other_zones_are_never_looked_at(zone):
    make_pool()
    funnel = narrow(need(zone))
    assert names(funnel) == []
    assert [sieve.refused for sieve in funnel.sieves] == [()] * 4


def test_a_pool_must_reach_the_host(host, zone):
    make_pool(zone, "elsewhere", host=make_host(host.cluster))
    make_pool(zone, "other cluster", cluster=make_cluster(host.cluster.pod))
    make_pool(zone, "own", host=host)
    make_pool(zone, "cluster", cluster=host.cluster)
    make_pool(zone, "zone")
    assert sorted(names(narrow(need(zone, host=host)))) == ["cluster", "own", "zone"]


def test_without_a_host_the_widest_pools_come_first(host, zone):
    make_pool(zone, "own", host=host)
    make_pool(zone, "cluster", cluster=host.cluster)
    make_pool(zone, "zone")
    assert names(narrow(need(zone))) == ["zone", "cluster", "own"]


def test_the_emptiest_pool_comes_first(host, zone):
    make_pool(zone, "fuller", claimed_bytes=500 * GIB)
    make_pool(zone, "emptier", claimed_bytes=100 * GIB)
    assert names(narrow(need(zone, host=host))) == ["emptier", "fuller"]


@pytest.mark.parametrize(
    ("values", "check"),
    [
        ({"state": "disabled"}, "enabled"),
        ({"tags": ["ssd"]}, "tags"),
        ({"tags": ["fast", "ssd"], "capacity_bytes": 4 * GIB}, "room"),
        ({"tags": ["fast", "ssd"], "used_bytes": 1000 * GIB}, "room"),
    ],
)
def test_each_refusal_has_its_reason(zone, values, check):
    make_pool(zone, "P1", **values)
    funnel = narrow(need(zone, tags=("fast",)))
    refusing = [sieve for sieve in funnel.sieves if sieve.refused]
    assert [sieve.check for sieve in refusing] == [check]
    assert "P1" in funnel.reasons
    assert "P1" not in str(funnel.counts)


def test_hosts_without_room_in_reach_are_named(host, zone):
    other = make_host(host.cluster)
    make_pool(zone, host=host)
    assert set(pool_choice.refusals_by_host([host, other], need(zone))) == {other.pk}


def test_a_claim_is_bounded_by_overcommit(zone):
    pool = make_pool(zone, capacity_bytes=10 * GIB, overcommit=Decimal("1.5"))
    assert pool_choice.claim(pool, 15 * GIB)
    assert not pool_choice.claim(pool, 1)
    pool_choice.release(pool, 15 * GIB)
    pool.refresh_from_db()
    assert pool.claimed_bytes == 0


def test_what_is_taken_whole_is_promised_once_however_much_may_be_promised(zone):
    pool = make_pool(zone, capacity_bytes=10 * GIB, overcommit=Decimal("1.5"))
    assert pool_choice.claim(pool, 8 * GIB, is_whole=True)
    assert not pool_choice.claim(pool, 3 * GIB, is_whole=True)
    assert not pool_choice.claim(pool, 4 * GIB)
    assert pool_choice.claim(pool, 3 * GIB)
    pool.refresh_from_db()
    assert (pool.claimed_bytes, pool.claimed_whole_bytes) == (11 * GIB, 8 * GIB)
    assert pool_choice.promised_bytes(pool) == pool_choice.promisable_bytes(pool) == 15 * GIB
    assert narrow(need(zone, gib=1)).sieves[-1].left == 0
    pool_choice.release(pool, 8 * GIB, is_whole=True)
    pool.refresh_from_db()
    assert (pool.claimed_bytes, pool.claimed_whole_bytes) == (3 * GIB, 0)


def test_what_is_taken_whole_must_really_be_free(zone):
    pool = make_pool(zone, capacity_bytes=10 * GIB, used_bytes=5 * GIB, overcommit=Decimal(4))
    assert not pool_choice.claim(pool, 5 * GIB, is_whole=True)
    assert names(narrow(need(zone, gib=5, is_whole=True))) == []
    assert names(narrow(need(zone, gib=5))) == [pool.name]
    assert pool_choice.claim(pool, 4 * GIB, is_whole=True)


def test_a_pool_out_of_use_gives_nothing(zone):
    pool = make_pool(zone, state="maintenance")
    assert not pool_choice.claim(pool, 1)


@pytest.mark.django_db(transaction=True)
def test_many_claimers_at_once_get_exactly_what_there_is():
    pool = make_pool(make_zone(), capacity_bytes=20 * GIB, overcommit=Decimal(1))

    def one(_):
        try:
            return pool_choice.claim(pool, GIB)
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as threads:
        won = sum(threads.map(one, range(64)))
    assert won == 20
    assert Pool.objects.get(pk=pool.pk).claimed_bytes == 20 * GIB
