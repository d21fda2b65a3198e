import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from cloudportal.drivers.errors import Refused
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events.models import Event
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from compute.services import instances
from compute.topology.services import hosts
from networking import network_work, queries
from networking.connections import network_driver
from networking.models import Address, Network, NetworkPlacement
from networking.services import addresses, networks
from tests.support.factories import account_of, make_personas
from tests.support.factories_compute import deployed, fresh, make_cloud
from tests.support.factories_infra import make_host, make_network, make_zone, new_place, place_settings, world
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def root(people):
    return people.root_admin


def values(**more):
    return networks.SharedNetworkValues(
        **{
            "zone_uuid": more.get("zone_uuid") or make_zone().uuid,
            "name": "shared",
            "driver": "simulator",
            "cidr": "10.9.0.0/24",
            "gateway": "10.9.0.1",
            "dns": ("9.9.9.9",),
            "settings": place_settings(new_place()),
            **more,
        }
    )


def laid(network, host):
    facts = network_work.ensure_network_on_host(network, host)
    return network_work.record_network_on_host(network, host, facts)


def is_there(network, host):
    with network_driver(network, host) as driver:
        return driver.find_network(network.uuid) is not None


def test_a_shared_network_has_a_row_for_each_address_it_gives_out(root):
    network = networks.create_shared(root, values(first_ip="10.9.0.10", last_ip="10.9.0.12"))
    rows = network.addresses.values_list("ip", "state", "account")
    assert list(rows) == [(f"10.9.0.{last}", "free", None) for last in (10, 11, 12)]
    event = Event.objects.get(type="NETWORK.CREATE")
    assert event.after["addresses"] == 3


def test_a_whole_subnet_leaves_out_what_the_network_needs_itself(root):
    network = networks.create_shared(root, values())
    given = set(network.addresses.values_list("ip", flat=True))
    assert len(given) == 253
    assert given.isdisjoint({"10.9.0.0", "10.9.0.1", "10.9.0.255"})


@pytest.mark.parametrize("who", ["read_only_admin", "domain_admin", "user"])
def test_only_root_admins_create_shared_networks(people, who):
    with pytest.raises(NotPermitted):
        networks.create_shared(getattr(people, who), values())


@pytest.mark.parametrize(
    ("cidr", "gateway", "last_ip"),
    [
        ("10.9.0.0/24", "10.9.0.1", "10.9.0.9"),
        ("10.9.0.128/25", "10.9.0.129", "10.9.0.140"),
        ("10.8.0.0/15", "10.8.0.1", "10.8.0.9"),
    ],
)
def test_subnets_of_a_zone_do_not_overlap(root, cidr, gateway, last_ip):
    first = networks.create_shared(root, values())
    with pytest.raises(Conflict) as refusal:
        networks.create_shared(
            root, values(zone_uuid=first.zone.uuid, cidr=cidr, gateway=gateway, last_ip=last_ip)
        )
    assert "cidr" in refusal.value.fields


def test_another_zone_may_have_the_same_subnet(root):
    networks.create_shared(root, values())
    networks.create_shared(root, values())
    assert Network.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("dns", {"dns": ("dns.example.org",)}),
        ("mtu", {"mtu": 100}),
        ("domain_name", {"domain_name": "bad_name.example"}),
        ("driver", {"driver": "abacus"}),
        ("settings.place", {"settings": {"world": "/w"}}),
        ("name", {"name": "<b>"}),
    ],
)
def test_wrong_values_are_refused_by_field(root, field, more):
    with pytest.raises(InvalidInput) as refusal:
        networks.create_shared(root, values(**more))
    assert field in refusal.value.fields


def test_everybody_sees_a_shared_network_and_nobody_its_hosts(people):
    network = make_network()
    laid(network, make_host())
    assert queries.network_for(people.user, network.uuid) == network
    assert not queries.placements_for(people.user, network).exists()
    assert queries.placements_for(people.root_admin, network).count() == 1


def test_networks_are_counted_in_one_query(people, django_assert_num_queries):
    for second in (1, 2, 3):
        make_network(cidr=f"10.{second}.0.0/28")
    with django_assert_num_queries(1):
        counts = [
            (one.address_count, one.taken_count)
            for one in queries.with_address_counts(queries.networks_for(people.user))
        ]
    assert counts == [(13, 0)] * 3


def test_an_edit_changes_names_and_name_servers(root):
    network = make_network()
    networks.update(root, network, networks.NetworkChanges(name="New", dns=("1.1.1.1",)))
    network.refresh_from_db()
    assert (network.name, network.dns) == ("New", ["1.1.1.1"])
    # No host has it yet, so there is nobody to tell.
    assert not Job.objects.exists()


def test_hosts_are_told_of_another_mtu_and_running_instances_are_not_cut_off(root, people):
    cloud = make_cloud()
    instance, network = deployed(cloud, people.user), cloud.network
    changes = networks.NetworkChanges(mtu=1400)
    plan = plans.planned(lambda: networks.update(root, network, changes))
    told = " ".join(one["sentence"] for one in plan.effects)
    assert f"Lays it anew on {cloud.host.name}, where 1 running instance is on it." in told
    assert "when they start again" in told
    network.refresh_from_db()

    networks.update(root, network, changes)
    with pytest.raises(Conflict):
        networks.update(root, network, networks.NetworkChanges(mtu=1300))
    assert run_job(Job.objects.get(kind="network.update")).state == "done"
    assert not network.placements.get().is_current

    instances.stop(people.user, fresh(instance))
    run_jobs()
    instances.start(people.user, fresh(instance))
    run_jobs()
    assert network.placements.get().is_current


def test_a_host_that_cannot_be_told_keeps_no_other_from_it(root):
    network = make_network()
    for host in (make_host(), make_host()):
        laid(network, host)
    networks.update(root, network, networks.NetworkChanges(domain_name="Lab.Example."))
    world().inject(Fault(operation="ensure_network", kind=FaultKind.FAIL, error="refused", count=1))
    job = run_job(Job.objects.get(kind="network.update"))
    said = " ".join(job.lines.values_list("sentence", flat=True))
    assert ("could not be told" in said, "It is in force on" in said) == (True, True)
    network.refresh_from_db()
    assert (job.state, network_work.spec_of(network).domain_name) == ("failed", "lab.example")


def test_a_plan_makes_no_network(root):
    plan = plans.planned(lambda: networks.create_shared(root, values()))
    assert "253 addresses" in plan.effects[0]["sentence"]
    assert not Network.objects.exists()
    assert not Address.objects.exists()


def test_an_unused_network_leaves_its_hosts_and_is_gone(root):
    network = make_network()
    host, other = make_host(), make_host()
    laid(network, host)
    laid(network, other)
    job = run_job(networks.delete(root, network))
    assert job.state == "done"
    assert not Network.objects.exists()
    assert not Address.objects.exists()
    assert not is_there(network, host)
    assert Event.objects.filter(type="NETWORK.DELETE", subject_uuid=network.uuid).exists()


def test_a_network_in_use_is_not_deleted(people):
    network = make_network()
    holder = make_host().uuid
    address = addresses.take(people.user, network, account_of(people.user), held_by=holder)
    with pytest.raises(Conflict):
        networks.delete(people.root_admin, network)
    network.refresh_from_db()
    assert network.state == "ready"
    addresses.release(people.user, address, held_by=holder)
    networks.delete(people.root_admin, network)


def test_a_network_that_is_being_deleted_gives_nothing_out_and_is_hidden(people):
    network = make_network()
    networks.delete(people.root_admin, network)
    with pytest.raises(WrongState):
        addresses.take(people.user, network, account_of(people.user), held_by=network.uuid)
    with pytest.raises(NotFound):
        queries.network_for(people.user, network.uuid)


def test_a_host_that_refuses_keeps_the_network(root):
    network = make_network()
    laid(network, make_host())
    place = network.settings["place"]
    world().inject(Fault(operation="remove_network", kind=FaultKind.FAIL, error="refused", place=place))
    job = run_job(networks.delete(root, network))
    network.refresh_from_db()
    assert (job.state, network.state) == ("failed", "ready")
    assert network.addresses.exists()


def test_an_address_taken_in_the_moment_of_the_deletion_keeps_the_network(people):
    network, host = make_network(), make_host()
    laid(network, host)
    job = networks.delete(people.root_admin, network)
    Address.objects.filter(pk=network.addresses.first().pk).update(state="taken", held_by=host.uuid)
    run_job(job)
    network.refresh_from_db()
    assert (job.state, network.state) == ("failed", "ready")
    assert is_there(network, host)


def test_a_removed_host_loses_our_networks(root):
    network = make_network()
    host = make_host(state="disabled")
    laid(network, host)
    run_job(hosts.remove(root, host))
    assert not is_there(network, host)
    assert not NetworkPlacement.objects.exists()
    assert Network.objects.filter(pk=network.pk).exists()


def test_laying_a_network_twice_is_laying_it_once(root):
    network, host = make_network(), make_host()
    first, second = laid(network, host), laid(network, host)
    assert first.pk == second.pk
    assert network_work.locator_on(network, host) == first.locator
    made = [one for one in world().effects(subject=network.uuid) if one.operation == "ensure_network"]
    assert len(made) == 1


def test_a_network_that_was_never_laid_has_no_locator():
    with pytest.raises(LookupError):
        network_work.locator_on(make_network(), make_host())


def test_reservations_are_made_and_taken_away_again_and_again():
    network, host = make_network(), make_host()
    laid(network, host)
    for _ in range(2):
        network_work.ensure_reservation(network, host, mac="02:00:00:00:00:01", ip="10.1.1.7", hostname="web")
    with network_driver(network, host) as driver:
        assert [one.ip for one in driver.list_reservations(network.uuid)] == ["10.1.1.7"]
    for _ in range(2):
        network_work.remove_reservation(network, host, mac="02:00:00:00:00:01")
    with network_driver(network, host) as driver:
        assert driver.list_reservations(network.uuid) == ()


def test_the_longest_lease_of_all_hosts_is_remembered():
    network = make_network(lease_seconds=5)
    laid(network, make_host())
    network.refresh_from_db()
    assert network.lease_seconds >= 5


def test_a_network_that_is_used_again_by_now_is_not_deleted_after_all(root):
    network = make_network()
    job = run_job(jobs.abort(root, networks.delete(root, network)))
    network.addresses.update(state="taken")
    with pytest.raises(Conflict):
        jobs.retry(root, job)
    network.refresh_from_db()
    assert network.state == "ready"


def test_a_deletion_that_failed_can_be_tried_again(root):
    network = make_network()
    laid(network, make_host())
    place = network.settings["place"]
    world().inject(Fault(operation="remove_network", kind=FaultKind.FAIL, error="refused", place=place))
    job = run_job(networks.delete(root, network))
    assert run_job(jobs.retry(root, job)).state == "done"
    assert not Network.objects.exists()


def test_settings_that_no_longer_fit_say_so():
    network = make_network(settings={"world": "relative", "place": "x"})
    with pytest.raises(Refused) as fault:
        network_work.ensure_network_on_host(network, make_host())
    assert network.name in fault.value.sentence
