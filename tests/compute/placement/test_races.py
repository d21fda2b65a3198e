"""Many placements at once: no host is ever given more than it has, and no room that there is goes to waste."""

import pytest
from django.db import transaction

from cloudportal.core.errors import NoRoom
from compute import states
from compute.claiming import claim_host, release_host
from compute.models import AffinityGroup, Instance
from compute.placement import orders
from compute.placement.choice import place
from compute.placement.peers import breaks, peers_of, take_turns
from compute.placement.request import Request
from tests.support.factories import make_account
from tests.support.factories_compute import make_affinity_group, make_offering
from tests.support.factories_infra import make_cluster, make_host
from tests.support.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = 64


@pytest.fixture
def waiting():
    """64 instances of one CPU and 64 MiB that wait for a host, and three hosts with room for 20 of them."""
    home = make_cluster()
    hosts = [
        make_host(home, cpus=cpus, memory_mib=memory) for cpus, memory in ((8, 4096), (64, 512), (4, 256))
    ]
    account, offering = make_account(), make_offering(cpus=1, memory_mib=64)
    rows = [
        Instance(
            account=account,
            zone=home.pod.zone,
            offering=offering,
            name=f"vm-{number}",
            state=states.DEPLOYING,
            cpus=1,
            cpu_mhz=1000,
            memory_mib=64,
        )
        for number in range(CLAIMS)
    ]
    return hosts, Instance.objects.bulk_create(rows)


def place_one(instance, order):
    def take(host):
        with transaction.atomic():
            return claim_host(instance, host)

    return place(Request.of(instance, None), take, order=order)


@pytest.mark.parametrize("order", orders.BUILT_IN)
def test_64_claims_at_once_fill_the_hosts_exactly(waiting, order):
    hosts, rows = waiting
    instances = [Instance.objects.select_related("offering").get(pk=row.pk) for row in rows]
    outcomes = at_once(CLAIMS, lambda number: place_one(instances[number], order))
    refused = [one for one in outcomes if isinstance(one, NoRoom)]
    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, NoRoom)] == []
    assert len(refused) == CLAIMS - 20
    for host in hosts:
        host.refresh_from_db()
        there = Instance.objects.filter(host=host).count()
        assert (host.claimed_cpus, host.claimed_memory_mib) == (there, there * 64)
        assert host.claimed_cpus <= host.cpus
        assert host.claimed_memory_mib <= host.memory_mib
    assert Instance.objects.exclude(host=None).count() == 20


def claim_in_turn(instance, host):
    with transaction.atomic():
        take_turns(instance)
        return not breaks(peers_of(instance), host.pk) and claim_host(instance, host)


@pytest.mark.parametrize(("kind", "fit"), [(AffinityGroup.APART, 3), (AffinityGroup.TOGETHER, 8)])
def test_a_strict_group_is_kept_by_all_who_look_for_a_host_at_once(waiting, kind, fit):
    _, rows = waiting
    members = list(Instance.objects.filter(pk__in=[row.pk for row in rows[:16]]).select_related("offering"))
    group = make_affinity_group(members[0].account, kind=kind)
    group.instances.set(members)

    def place_member(number):
        instance = members[number]
        return place(
            Request.of(instance, None), lambda host: claim_in_turn(instance, host), order=orders.RANDOM
        )

    outcomes = at_once(len(members), place_member)
    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, NoRoom)] == []
    there = list(group.instances.exclude(host=None).values_list("host", flat=True))
    if_apart = {AffinityGroup.APART: len(there), AffinityGroup.TOGETHER: 1}
    assert len(set(there)) == if_apart[kind]
    assert len(there) <= fit
    assert there


def test_one_instance_is_claimed_for_once_and_given_back_once(waiting):
    hosts, rows = waiting

    def claim(number):
        with transaction.atomic():
            return claim_host(Instance.objects.get(pk=rows[0].pk), hosts[0])

    assert at_once(8, claim).count(True) == 1

    def release(number):
        with transaction.atomic():
            release_host(Instance.objects.select_related("host").get(pk=rows[0].pk))

    at_once(8, release)
    hosts[0].refresh_from_db()
    assert (hosts[0].claimed_cpus, hosts[0].claimed_memory_mib) == (0, 0)
