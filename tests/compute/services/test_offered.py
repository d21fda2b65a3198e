"""What is offered to some domains and zones only: seen, chosen, and kept from everybody else."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import InvalidInput, NotFound
from compute import queries
from compute.services import offerings
from compute.services.offerings import OfferingChanges, OfferingValues
from storage import queries as storage
from storage.services import offerings as disk_offerings
from storage.services import volumes
from storage.services.offerings import DiskOfferingChanges, DiskOfferingValues
from storage.services.volumes import NewVolume
from tests.support.factories import make_caller, make_domain
from tests.support.factories_compute import submit_deployment
from tests.support.factories_infra import make_disk_offering, make_zone

pytestmark = pytest.mark.django_db


class ServiceSizes:
    """Bound and asked for as sizes of instances."""

    def create(self, root, **bonds):
        return offerings.create(root, OfferingValues(name="bound", cpus=1, memory_mib=512, **bonds))

    def update(self, root, row, **changes):
        return offerings.update(root, row, OfferingChanges(**changes))

    def seen(self, caller):
        return [row.name for row in queries.offerings_for(caller) if row.name == "bound"]

    def one(self, caller, uuid):
        return queries.offering_for(caller, uuid)


class Disks:
    """Bound and asked for as disk offerings."""

    def create(self, root, **bonds):
        return disk_offerings.create(root, DiskOfferingValues(name="bound", **bonds))

    def update(self, root, row, **changes):
        return disk_offerings.update(root, row, DiskOfferingChanges(**changes))

    def seen(self, caller):
        return [row.name for row in storage.disk_offerings_for(caller)]

    def one(self, caller, uuid):
        return storage.disk_offering_for(caller, uuid)


@pytest.fixture(params=[ServiceSizes(), Disks()], ids=["sizes", "disks"])
def kind(request):
    return request.param


@pytest.fixture
def tree():
    """A domain with one below it, and a neighbour; a user of each."""
    parent = make_domain(name="parent")
    found = {
        "parent": parent,
        "child": make_domain(parent, name="child"),
        "other": make_domain(name="other"),
    }
    return {name: (domain, make_caller(domain)) for name, domain in found.items()}


def test_what_is_bound_to_a_domain_is_seen_in_its_subtree_alone(root, kind, tree):
    parent, _ = tree["parent"]
    row = kind.create(root, domains=(parent.uuid,))
    assert kind.seen(tree["parent"][1]) == kind.seen(tree["child"][1]) == kind.seen(root) == ["bound"]
    assert kind.seen(tree["other"][1]) == []
    with pytest.raises(NotFound):
        kind.one(tree["other"][1], row.uuid)


def test_what_is_bound_to_several_domains_is_seen_once(root, kind, tree):
    kind.create(root, domains=tuple(domain.uuid for domain, _ in tree.values()))
    assert kind.seen(tree["child"][1]) == ["bound"]


def test_what_is_bound_below_is_not_seen_above(root, kind, tree):
    kind.create(root, domains=(tree["child"][0].uuid,))
    assert kind.seen(tree["parent"][1]) == []


def test_when_its_last_domain_is_gone_nobody_sees_it(root, kind, tree):
    row = kind.create(root, domains=(tree["other"][0].uuid,))
    row.domains.clear()
    assert [kind.seen(caller) for _, caller in tree.values()] == [[], [], []]
    assert kind.seen(root) == ["bound"]


def test_a_closed_one_is_not_seen_even_where_it_is_bound(root, kind, tree):
    row = kind.create(root, domains=(tree["parent"][0].uuid,))
    kind.update(root, row, is_active=False)
    assert kind.seen(tree["parent"][1]) == []


def test_its_bonds_are_changed_and_taken_off(root, kind, tree):
    row = kind.create(root, domains=(tree["parent"][0].uuid,))
    kind.update(root, row, domains=(tree["other"][0].uuid,))
    assert (kind.seen(tree["parent"][1]), kind.seen(tree["other"][1])) == ([], ["bound"])
    kind.update(root, kind.one(root, row.uuid), name="bound")
    assert kind.seen(tree["parent"][1]) == []
    kind.update(root, kind.one(root, row.uuid), domains=())
    assert kind.seen(tree["parent"][1]) == ["bound"]


def test_a_domain_or_zone_that_is_not_there_is_not_found(root, kind):
    unknown = "7f1f3c1e-0000-4000-8000-000000000000"
    for bonds in ({"domains": (unknown,)}, {"zones": (unknown,)}):
        with pytest.raises(NotFound):
            kind.create(root, **bonds)


def test_the_plan_says_whom_it_is_for(root, kind, tree):
    zone = make_zone(name="north")
    plan = plans.planned(lambda: kind.create(root, domains=(tree["other"][0].uuid,), zones=(zone.uuid,)))
    sentences = [effect["sentence"] for effect in plan.effects]
    assert "Only other and the domains below may choose bound." in sentences
    assert "bound may be chosen in north only." in sentences


def test_a_size_of_another_zone_is_refused_by_name(root, cloud, tenant):
    elsewhere = make_zone()
    offering = ServiceSizes().create(root, zones=(elsewhere.uuid,))
    with pytest.raises(InvalidInput, match="not offered in the zone"):
        submit_deployment(cloud, tenant, offering=offering.uuid)
    ServiceSizes().update(root, offering, zones=(elsewhere.uuid, cloud.zone.uuid))
    assert submit_deployment(cloud, tenant, offering=offering.uuid)[0].offering == offering


def test_a_size_whose_zone_is_gone_is_offered_nowhere(root, cloud, tenant):
    zone = make_zone()
    offering = ServiceSizes().create(root, zones=(zone.uuid,))
    zone.delete()
    with pytest.raises(InvalidInput):
        submit_deployment(cloud, tenant, offering=offering.uuid)


def test_a_root_admin_who_sees_all_sizes_still_has_only_those_of_their_domain(root, cloud, tree):
    offering = ServiceSizes().create(root, domains=(tree["other"][0].uuid,))
    with pytest.raises(NotFound):
        submit_deployment(cloud, root, offering=offering.uuid)


def test_a_disk_of_another_zone_is_refused(root, cloud, tenant):
    offering = make_disk_offering(is_zone_bound=True)
    values = NewVolume(zone_uuid=cloud.zone.uuid, offering_uuid=offering.uuid, name="data")
    with pytest.raises(InvalidInput, match="not offered in the zone"):
        volumes.create(tenant, values)
