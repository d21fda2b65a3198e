from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from compute.topology import claims
from compute.topology.models import Host
from tests.support.factories_infra import make_cluster, make_host

pytestmark = pytest.mark.django_db


def claimed(host):
    host.refresh_from_db()
    return host.claimed_cpus, host.claimed_memory_mib


def test_a_claim_takes_what_it_asks_for_and_a_release_gives_it_back():
    host = make_host(cpus=4, memory_mib=4096)
    assert claims.claim(host, 2, 1024)
    assert claimed(host) == (2, 1024)
    claims.release(host, 2, 1024)
    assert claimed(host) == (0, 0)


@pytest.mark.parametrize(("cpus", "memory_mib"), [(5, 1024), (1, 4097), (5, 4097)])
def test_a_claim_that_does_not_fit_takes_nothing(cpus, memory_mib):
    host = make_host(cpus=4, memory_mib=4096)
    assert not claims.claim(host, cpus, memory_mib)
    assert claimed(host) == (0, 0)


def test_the_last_cpu_and_mib_can_be_claimed():
    host = make_host(cpus=4, memory_mib=4096)
    assert claims.claim(host, 4, 4096)
    assert not claims.claim(host, 1, 1)


def test_overcommit_multiplies_what_the_host_has():
    cluster = make_cluster(cpu_overcommit=Decimal("2.5"), memory_overcommit=Decimal("1.5"))
    host = make_host(cluster, cpus=4, memory_mib=1000)
    assert claims.claim(host, 10, 1500)
    assert not claims.claim(host, 1, 0)
    assert not claims.claim(host, 0, 1)


def test_reserved_memory_is_never_given_away():
    host = make_host(cpus=4, memory_mib=4096, reserved_memory_mib=1024)
    assert not claims.claim(host, 1, 3073)
    assert claims.claim(host, 1, 3072)


def test_more_reserved_than_there_is_leaves_nothing():
    host = make_host(cpus=4, memory_mib=100, reserved_memory_mib=1024)
    assert not claims.claim(host, 1, 1)


@pytest.mark.parametrize("state", ["connecting", "unreachable", "disabled", "maintenance", "removing"])
def test_a_host_that_is_not_up_gives_nothing(state):
    host = make_host(state=state)
    assert not claims.claim(host, 1, 1)


def test_a_host_gives_back_in_every_state():
    host = make_host(state="maintenance", claimed_cpus=3, claimed_memory_mib=300)
    claims.release(host, 1, 100)
    assert claimed(host) == (2, 200)


def test_a_release_never_goes_below_nothing():
    host = make_host(claimed_cpus=1, claimed_memory_mib=10)
    claims.release(host, 2, 20)
    assert claimed(host) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_many_claimers_at_once_get_exactly_what_there_is():
    host = make_host(cpus=20, memory_mib=65536)

    def one(_):
        try:
            return claims.claim(Host.objects.select_related("cluster").get(pk=host.pk), 1, 128)
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as threads:
        won = sum(threads.map(one, range(64)))
    assert won == 20
    assert claimed(host) == (20, 20 * 128)
