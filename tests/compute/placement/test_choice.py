"""Choosing a host: who is left after each check, in which order, and in which words it is refused."""

from decimal import Decimal

import pytest

from cloudportal.core.errors import NoRoom
from compute.placement import orders
from compute.placement.choice import place, preview
from compute.placement.funnel import redacted
from compute.placement.request import Request, free_cpus, free_memory_mib
from compute.placement.verdicts import verdicts
from compute.topology import claims, states
from storage.models import Volume
from tests.support.factories import make_account
from tests.support.factories_compute import GIB, cluster_in
from tests.support.factories_infra import make_host, make_pool, make_zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def zone():
    return make_zone()


@pytest.fixture
def cluster(zone):
    return cluster_in(zone)


@pytest.fixture
def pool(zone):
    return make_pool(zone)


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def volume(account, zone, pool):
    return Volume.objects.create(account=account, zone=zone, name="root", kind=Volume.ROOT, size_bytes=GIB)


@pytest.fixture
def ask(zone, account, volume):
    def build(**values):
        wanted = {"cpus": 2, "memory_mib": 2048, "volume": volume, **values}
        return Request(zone_id=zone.pk, account_id=account.pk, **wanted)

    return build


def seen(request, order=orders.FIRST_FIT):
    return preview(request, order=order)


def names(found):
    return [host.name for host in found.hosts]


def test_the_oldest_host_with_room_comes_first(cluster, ask):
    hosts = [make_host(cluster) for _ in range(3)]
    assert names(seen(ask())) == [host.name for host in hosts]


def test_a_host_without_room_is_left_out(cluster, ask):
    make_host(cluster, memory_mib=1024)
    roomy = make_host(cluster)
    assert names(seen(ask())) == [roomy.name]


def test_reserved_memory_is_not_given_away(cluster, ask):
    make_host(cluster, memory_mib=4096, reserved_memory_mib=3000)
    assert names(seen(ask())) == []


def test_over_commit_makes_room(zone, ask):
    tight = make_host(cluster_in(zone), cpus=1)
    generous = make_host(cluster_in(zone, cpu_overcommit=Decimal("2.0")), cpus=1)
    assert names(seen(ask())) == [generous.name]
    assert (free_cpus(tight), free_cpus(generous)) == (1, 2)


def test_what_is_counted_free_can_be_claimed_and_no_more(zone):
    home = cluster_in(zone, memory_overcommit=Decimal("1.5"), cpu_overcommit=Decimal("1.3"))
    host = make_host(home, cpus=7, memory_mib=1001, reserved_memory_mib=100, claimed_memory_mib=50)
    cpus, memory_mib = free_cpus(host), free_memory_mib(host)
    assert not claims.claim(host, cpus + 1, 1)
    assert not claims.claim(host, 1, memory_mib + 1)
    assert claims.claim(host, cpus, memory_mib)


@pytest.mark.parametrize(
    ("cpus", "factor", "most"), [(25, "1.16", 29), (50, "2.3", 115), (60, "2.05", 123), (45, "1.4", 63)]
)
def test_the_last_over_committed_cpu_and_mib_are_found_told_and_claimed(zone, ask, cpus, factor, most):
    home = cluster_in(zone, cpu_overcommit=Decimal(factor), memory_overcommit=Decimal(factor))
    host = make_host(home, cpus=cpus, memory_mib=cpus, reserved_memory_mib=0)
    for cpus, memory_mib in ((most + 1, 1), (1, most + 1)):
        wanted = ask(cpus=cpus, memory_mib=memory_mib)
        assert (names(seen(wanted)), told(wanted)) == ([], ["room"])
        assert not claims.claim(host, cpus, memory_mib)
    wanted = ask(cpus=most, memory_mib=most)
    found = seen(wanted)
    assert ([one.name for one in found.hosts], told(wanted)) == ([host.name], [""])
    assert [stage.check for stage in found.funnel.stages][3] == "room"
    assert claims.claim(host, most, most)


def told(request):
    """What each host says to the request, empty for yes."""
    return [one.check for one in verdicts(request, order=orders.FIRST_FIT)]


@pytest.mark.parametrize(
    "state", [states.CONNECTING, states.DISABLED, states.MAINTENANCE, states.UNREACHABLE, states.REMOVING]
)
def test_only_hosts_that_are_up_take_instances(cluster, ask, state):
    make_host(cluster, state=state)
    found = seen(ask())
    assert names(found) == []
    assert found.funnel.decisive.check == "enabled"


@pytest.mark.parametrize("place_of", [lambda c: c, lambda c: c.pod, lambda c: c.pod.zone])
def test_a_disabled_place_takes_nothing(cluster, ask, place_of):
    make_host(cluster)
    row = place_of(cluster)
    row.state = states.DISABLED
    row.save()
    assert seen(ask()).funnel.decisive.check == "enabled"


def test_a_host_needs_every_tag(cluster, ask):
    make_host(cluster, tags=["ssd"])
    both = make_host(cluster, tags=["ssd", "gpu"])
    assert names(seen(ask(host_tags=("gpu", "ssd")))) == [both.name]


def test_a_host_must_reach_a_pool_with_room(zone, cluster, volume, pool, ask):
    pool.delete()
    near, far = make_host(cluster), make_host(cluster_in(zone))
    make_pool(zone, cluster=far.cluster)
    assert names(seen(ask())) == [far.name]
    assert near.name in str(seen(ask()).funnel.for_operators())


def test_a_disk_on_a_hosts_own_pool_pins_the_instance_there(zone, cluster, volume, ask):
    make_host(cluster)
    home = make_host(cluster)
    volume.pool = make_pool(zone, host=home)
    volume.save()
    assert names(seen(ask())) == [home.name]


def test_the_last_host_comes_before_any_order(cluster, ask):
    hosts = [make_host(cluster, claimed_cpus=number) for number in range(3)]
    # The operator's own order has no class here; tests/compute/placement/test_custom.py is about it.
    for order in set(orders.ORDERS) - {orders.CUSTOM}:
        assert names(seen(ask(last_host_id=hosts[1].pk), order))[0] == hosts[1].name


def test_another_zones_hosts_are_not_looked_at(ask):
    make_host()
    found = seen(ask())
    assert found.funnel.sentence == "0 hosts: the zone has no hosts."


def test_the_funnel_says_what_is_missing_and_what_the_best_has(cluster, ask):
    for number in range(5):
        make_host(cluster, tags=["ssd"] if number < 3 else [], memory_mib=4096 + 1024 * number)
    found = seen(ask(memory_mib=8192, host_tags=("ssd",)))
    assert found.funnel.sentence == "5 hosts → 3 after tags → 0: needs 8192 MiB, the best has 6144."
    assert found.funnel.decisive.check == "room"


def test_a_lack_of_cpus_is_named(cluster, ask):
    make_host(cluster, cpus=4, claimed_cpus=3)
    assert seen(ask()).funnel.sentence == "1 host → 0: needs 2 CPUs, the best has 1."


def test_room_that_is_spread_over_hosts_is_named(cluster, ask):
    make_host(cluster, cpus=1)
    make_host(cluster, memory_mib=64)
    assert "lack the CPUs" in seen(ask()).funnel.sentence


def test_tenants_read_advice_and_no_names_or_figures_of_hosts(cluster, ask):
    host = make_host(cluster, memory_mib=6144)
    funnel = seen(ask(memory_mib=8192)).funnel
    shown = str(funnel.for_tenants())
    assert "Choose a smaller size" in shown
    assert host.name not in shown
    assert "6144" not in shown
    assert redacted(funnel.for_operators()) == funnel.for_tenants()


def test_operators_read_the_reason_of_each_host(cluster, ask):
    host = make_host(cluster, memory_mib=1024)
    stages = seen(ask()).funnel.for_operators()["stages"]
    assert stages[-1]["refused"] == [{"host": host.name, "reason": "has 16 CPUs and 1024 MiB left"}]


def test_the_first_host_that_can_be_taken_is_the_placement(cluster, ask):
    hosts = [make_host(cluster) for _ in range(3)]
    found = place(ask(), lambda host: host.pk == hosts[1].pk, order=orders.FIRST_FIT)
    assert found.host == hosts[1]
    assert found.funnel.stages[-1].left == 3


def test_no_room_says_what_would_help(cluster, ask):
    make_host(cluster, memory_mib=64)
    with pytest.raises(NoRoom) as refusal:
        place(ask(), lambda host: True, order=orders.FIRST_FIT)
    assert "Choose a smaller size or another zone" in refusal.value.detail
    assert refusal.value.values["funnel"]["stages"][-1] == {"check": "room", "passed": False}


def test_a_placement_that_loses_every_race_says_so(cluster, ask):
    make_host(cluster)
    with pytest.raises(NoRoom) as refusal:
        place(ask(), lambda host: False, order=orders.FIRST_FIT)
    assert "Try again" in refusal.value.detail


def test_the_number_of_queries_does_not_grow_with_the_hosts(cluster, ask, django_assert_num_queries):
    for _ in range(3):
        make_host(cluster)
    with django_assert_num_queries(3):
        seen(ask())
    for _ in range(20):
        make_host(cluster)
    with django_assert_num_queries(3):
        seen(ask())
