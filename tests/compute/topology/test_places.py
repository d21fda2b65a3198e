from decimal import Decimal

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from cloudportal.events.models import Event
from compute.topology import queries
from compute.topology.models import Zone
from compute.topology.services import clusters, pods, regions, zones
from tests.support.factories import make_personas
from tests.support.factories_infra import make_cluster, make_host, make_pod, make_region, make_zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def root(people):
    return people.root_admin


def test_a_root_admin_builds_the_tree_from_region_to_cluster(root):
    region = regions.create(root, regions.RegionValues(name="North", endpoint="https://north.example.org/"))
    zone = zones.create(
        root,
        zones.ZoneValues(
            region_uuid=region.uuid, name="Oslo", dns=("9.9.9.9",), network_suffix="oslo.example"
        ),
    )
    pod = pods.create(root, pods.PodValues(zone_uuid=zone.uuid, name="Row 1"))
    cluster = clusters.create(
        root, clusters.ClusterValues(pod_uuid=pod.uuid, name="KVM", driver="kvm", cpu_overcommit=Decimal(4))
    )
    assert queries.cluster_for(root, cluster.uuid).pod.zone.region == region
    assert list(Event.objects.order_by("id").values_list("type", flat=True)) == [
        "REGION.CREATE",
        "ZONE.CREATE",
        "POD.CREATE",
        "CLUSTER.CREATE",
    ]


CREATIONS = {
    "region": lambda caller: regions.create(caller, regions.RegionValues(name="x")),
    "zone": lambda caller: zones.create(caller, zones.ZoneValues(region_uuid=make_region().uuid, name="x")),
    "pod": lambda caller: pods.create(caller, pods.PodValues(zone_uuid=make_zone().uuid, name="x")),
    "cluster": lambda caller: clusters.create(
        caller, clusters.ClusterValues(pod_uuid=make_pod().uuid, name="x", driver="simulator")
    ),
}


@pytest.mark.parametrize("create", CREATIONS.values(), ids=CREATIONS)
@pytest.mark.parametrize("who", ["read_only_admin", "domain_admin", "user"])
def test_only_root_admins_build(people, who, create):
    with pytest.raises(NotPermitted):
        create(getattr(people, who))


def test_a_name_is_taken_once_in_its_place(root):
    pod = make_pod()
    values = clusters.ClusterValues(pod_uuid=pod.uuid, name="one", driver="simulator")
    clusters.create(root, values)
    with pytest.raises(Conflict) as refusal:
        clusters.create(root, values)
    assert "name" in refusal.value.fields
    assert pod.clusters.count() == 1


def test_a_rename_to_a_taken_name_is_refused_and_changes_nothing(root):
    taken, zone = make_zone(), make_zone()
    with pytest.raises(Conflict):
        zones.update(root, zone, zones.ZoneChanges(name=taken.name))
    assert Zone.objects.filter(name=taken.name).count() == 1


def test_an_edit_changes_what_is_given_and_records_before_and_after(root):
    zone = make_zone(name="Old", dns=["1.1.1.1"])
    zones.update(root, zone, zones.ZoneChanges(name="New"))
    zone.refresh_from_db()
    assert (zone.name, zone.dns) == ("New", ["1.1.1.1"])
    event = Event.objects.get(type="ZONE.EDIT")
    assert (event.before, event.after) == ({"name": "Old"}, {"name": "New"})


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("dns", {"dns": ("ns.example.org",)}),
        ("network_suffix", {"network_suffix": "bad_name.example"}),
        ("name", {"name": "two\nlines"}),
    ],
)
def test_a_zone_with_wrong_words_is_refused(root, field, values):
    with pytest.raises(InvalidInput) as refusal:
        zones.create(root, zones.ZoneValues(**{"region_uuid": make_region().uuid, "name": "x", **values}))
    assert field in refusal.value.fields


@pytest.mark.parametrize("endpoint", ["ftp://x.example/", "javascript:alert(1)", "x"])
def test_an_endpoint_must_be_a_web_address(root, endpoint):
    with pytest.raises(InvalidInput):
        regions.create(root, regions.RegionValues(name="x", endpoint=endpoint))


def test_a_cluster_names_a_driver_that_there_is(root):
    with pytest.raises(InvalidInput):
        clusters.create(root, clusters.ClusterValues(pod_uuid=make_pod().uuid, name="x", driver="abacus"))


@pytest.mark.parametrize("factor", ["0", "-1", "101"])
def test_overcommit_stays_in_bounds(root, factor):
    with pytest.raises(InvalidInput):
        clusters.update(root, make_cluster(), clusters.ClusterChanges(memory_overcommit=Decimal(factor)))


def test_a_disabled_zone_is_hidden_from_tenants_and_shown_to_root(people):
    zone = make_zone()
    zones.disable(people.root_admin, zone)
    assert queries.zone_for(people.root_admin, zone.uuid).state == "disabled"
    with pytest.raises(NotFound):
        queries.zone_for(people.user, zone.uuid)
    zones.enable(people.root_admin, zone)
    assert queries.zone_for(people.user, zone.uuid).state == "enabled"


@pytest.mark.parametrize(
    ("service", "make"), [(zones, make_zone), (pods, make_pod), (clusters, make_cluster)]
)
def test_disabling_twice_is_refused(root, service, make):
    row = make()
    service.disable(root, row)
    with pytest.raises(WrongState):
        service.disable(root, row)
    service.enable(root, row)
    assert type(row).objects.get(pk=row.pk).state == "enabled"


def test_what_is_not_empty_is_not_deleted_and_says_why(root):
    host = make_host()
    cluster = host.cluster
    with pytest.raises(Conflict) as refusal:
        clusters.delete(root, cluster)
    assert "1 hosts" in refusal.value.detail
    with pytest.raises(Conflict):
        pods.delete(root, cluster.pod)
    with pytest.raises(Conflict):
        zones.delete(root, cluster.pod.zone)
    with pytest.raises(Conflict):
        regions.delete(root, cluster.pod.zone.region)


def test_an_empty_tree_is_deleted_from_the_leaves_up(root):
    cluster = make_cluster()
    pod, zone, region = cluster.pod, cluster.pod.zone, cluster.pod.zone.region
    clusters.delete(root, cluster)
    pods.delete(root, pod)
    zones.delete(root, zone)
    regions.delete(root, region)
    assert not Zone.objects.exists()


def test_a_plan_says_what_would_happen_and_changes_nothing(root):
    region = make_region()
    values = zones.ZoneValues(region_uuid=region.uuid, name="Planned")
    plan = plans.planned(lambda: zones.create(root, values))
    assert plan.effects[0]["kind"] == "create"
    assert not Zone.objects.filter(name="Planned").exists()


@pytest.mark.parametrize("ask", [queries.pods_for, queries.clusters_for, queries.hosts_for])
def test_tenants_see_no_infrastructure(people, ask):
    make_host()
    with pytest.raises(NotPermitted):
        ask(people.user)


def test_every_place_can_be_renamed(root):
    cluster = make_cluster()
    pod, region = cluster.pod, cluster.pod.zone.region
    regions.update(root, region, regions.RegionChanges(name="R", endpoint=""))
    pods.update(root, pod, pods.PodChanges(name="P"))
    clusters.update(root, cluster, clusters.ClusterChanges(name="C", cpu_overcommit=Decimal("2")))
    found = queries.cluster_for(root, cluster.uuid)
    assert (found.name, found.pod.name, found.pod.zone.region.name) == ("C", "P", "R")
    assert found.cpu_overcommit == 2


def test_a_zone_changes_its_name_servers_and_suffix(root):
    zone = make_zone()
    zones.update(root, zone, zones.ZoneChanges(dns=("1.1.1.1",), network_suffix="Cloud.Example."))
    zone.refresh_from_db()
    assert (zone.dns, zone.network_suffix) == (["1.1.1.1"], "cloud.example")


def test_an_edit_that_changes_nothing_writes_nothing(root, django_assert_max_num_queries):
    zone = make_zone()
    with django_assert_max_num_queries(3):
        zones.update(root, zone, zones.ZoneChanges(name=zone.name))
