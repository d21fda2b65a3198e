"""Regions, zones, pods, clusters and OS types at the REST door."""

import pytest

from compute.topology import states
from compute.topology.api.os_types import OS_CATEGORIES, OS_TYPES
from compute.topology.api.places import CLUSTERS, PODS, REGIONS, ZONES
from compute.topology.models import Cluster, Pod, Region, Zone
from tests.support.clients import RestClient
from tests.support.factories import make_personas, numbered
from tests.support.factories_infra import make_os_category, make_os_type
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)


class Place(ReadsOwnRows, NeedsPermission, FiltersByEverything, PagesAndOrders):
    reader = writer = "root_admin"
    missing = {"name": "no such name", "search": "no such name"}


class TestRegions(Place):
    resource = REGIONS

    def make(self, number=0):
        return Region.objects.create(name=numbered("region"))

    def matching(self, row):
        return {"name": row.name, "search": row.name[2:]}

    def test_everybody_sees_regions(self):
        assert str(self.make().uuid) in self.listed("user")


class TestOsCategories(Place):
    resource = OS_CATEGORIES

    def make(self, number=0):
        return make_os_category()

    def matching(self, row):
        return {"name": row.name, "search": row.name[2:]}


class TestOsTypes(Place):
    resource = OS_TYPES

    def make(self, number=0):
        return make_os_type()

    def matching(self, row):
        return {"name": row.name, "search": row.name, "category": row.category.uuid}


class TestZones(Place, RefusesWrongState):
    resource = ZONES
    table = states.ALLOCATION
    missing = {**Place.missing, "state": "disabled"}

    def make(self, number=0):
        region = Region.objects.create(name=numbered("region"))
        return Zone.objects.create(region=region, name=numbered("zone"), dns=["192.0.2.53"])

    def matching(self, row):
        return {"name": row.name, "search": row.name, "state": "enabled", "region": row.region.uuid}

    def test_a_disabled_zone_is_hidden_from_tenants(self):
        row = self.make()
        assert str(row.uuid) in self.listed("user")
        assert self.client("root_admin").post(self.address_of(row, "disable")).status_code == 200
        assert str(row.uuid) not in self.listed("user")
        assert self.client("user").get(self.address_of(row)).status_code == 404


class TestPods(Place, CannotSeeOthers, RefusesWrongState):
    resource = PODS
    table = states.ALLOCATION
    strangers = ("user", "domain_admin")
    missing = {**Place.missing, "state": "disabled"}

    def make(self, number=0):
        return Pod.objects.create(zone=TestZones.make(self), name=numbered("pod"))

    def matching(self, row):
        return {"name": row.name, "search": row.name, "state": "enabled", "zone": row.zone.uuid}


class TestClusters(Place, CannotSeeOthers, RefusesWrongState):
    resource = CLUSTERS
    table = states.ALLOCATION
    strangers = ("user", "domain_admin")
    missing = {**Place.missing, "state": "disabled", "driver": "kvm"}

    def make(self, number=0):
        return Cluster.objects.create(pod=TestPods.make(self), name=numbered("cluster"), driver="simulator")

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "enabled",
            "driver": "simulator",
            "pod": row.pod.uuid,
            "zone": row.pod.zone.uuid,
        }


@pytest.fixture
def root(db):
    return RestClient(make_personas().root_admin)


def created(client, address, values):
    answer = client.post(address, values)
    assert answer.status_code == 201, answer.content
    assert client.get(answer["Location"].removeprefix("/api/v1/")).json() == answer.json()
    return answer.json()


def test_a_whole_tree_of_places_is_built_and_taken_down(root):
    region = created(root, "regions/", {"name": "north"})
    zone = created(root, "zones/", {"name": "n1", "region": region["uuid"], "dns": ["192.0.2.1"]})
    pod = created(root, "pods/", {"name": "rack 1", "zone": zone["uuid"]})
    values = {"name": "blades", "pod": pod["uuid"], "driver": "simulator", "cpu_overcommit": "4"}
    cluster = created(root, "clusters/", values)
    assert cluster["zone"] == {"uuid": zone["uuid"], "name": "n1"}
    assert cluster["cpu_overcommit"] == "4.00"
    assert root.delete(f"regions/{region['uuid']}/").status_code == 409
    rows = (("clusters", cluster), ("pods", pod), ("zones", zone), ("regions", region))
    assert [root.delete(f"{plural}/{row['uuid']}/").status_code for plural, row in rows] == [204] * 4
    assert root.get(f"regions/{region['uuid']}/").status_code == 404


def test_only_what_is_sent_is_changed(root):
    region = created(root, "regions/", {"name": "north", "endpoint": "https://north.example.org/"})
    answer = root.patch(f"regions/{region['uuid']}/", {"name": "far north"})
    assert (answer.status_code, answer.json()["name"]) == (200, "far north")
    assert answer.json()["endpoint"] == "https://north.example.org/"


def test_a_name_that_is_taken_is_a_conflict_that_names_the_field(root):
    created(root, "regions/", {"name": "north"})
    answer = root.post("regions/", {"name": "north"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert list(answer.json()["fields"]) == ["name"]


def test_a_parent_that_is_not_there_is_not_found(root):
    answer = root.post("pods/", {"name": "x", "zone": "7f1f3c1e-0000-4000-8000-000000000000"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
