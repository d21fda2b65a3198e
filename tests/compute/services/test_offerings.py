"""Sizes: made, changed and closed by operators, chosen by tenants."""

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.events.models import Event
from compute import queries
from compute.models import ServiceOffering
from compute.services import offerings
from compute.services.offerings import OfferingChanges, OfferingValues
from tests.support.factories import make_personas
from tests.support.factories_compute import make_offering, submit_deployment

pytestmark = pytest.mark.django_db


def values(**more):
    return OfferingValues(**{"name": "small", "cpus": 1, "memory_mib": 512, **more})


def test_a_new_size_can_be_chosen_at_once(root, tenant):
    offering = offerings.create(root, values(host_tags=("ssd", "ssd", "gpu")))
    assert offering.host_tags == ["gpu", "ssd"]
    assert queries.offering_for(tenant, offering.uuid) == offering
    assert Event.objects.get().type == "SERVICE.OFFERING.CREATE"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("cpus", {"cpus": 0}),
        ("cpus", {"cpus": 1025}),
        ("memory_mib", {"memory_mib": 15}),
        ("cpu_mhz", {"cpu_mhz": 0}),
        ("name", {"name": "  "}),
        ("name", {"name": "<b>"}),
        ("host_tags", {"host_tags": ("a\nb",)}),
        ("description", {"description": "<i>"}),
    ],
)
def test_a_wrong_value_names_its_field(root, field, more):
    with pytest.raises(InvalidInput) as refusal:
        offerings.create(root, values(**more))
    assert field in refusal.value.fields


def test_names_are_there_once(root):
    offerings.create(root, values())
    with pytest.raises(Conflict):
        offerings.create(root, values())
    other = offerings.create(root, values(name="large"))
    with pytest.raises(Conflict):
        offerings.update(root, other, OfferingChanges(name="small"))


def test_words_and_tags_change_and_the_size_does_not(root):
    offering = make_offering()
    changes = OfferingChanges(
        name="tiny", description="For tests.", host_tags=("ssd",), storage_tags=("fast",)
    )
    offerings.update(root, offering, changes)
    offering.refresh_from_db()
    assert (offering.name, offering.description) == ("tiny", "For tests.")
    assert (offering.host_tags, offering.storage_tags) == (["ssd"], ["fast"])
    event = Event.objects.get(type="SERVICE.OFFERING.EDIT")
    assert (event.before["host_tags"], event.after["host_tags"]) == ([], ["ssd"])


def test_a_closed_size_is_seen_by_root_admins_only(root, tenant):
    offering = make_offering()
    offerings.update(root, offering, OfferingChanges(is_active=False))
    with pytest.raises(NotFound):
        queries.offering_for(tenant, offering.uuid)
    assert queries.offering_for(root, offering.uuid) == offering


def test_a_size_that_nobody_had_is_deleted(root):
    offerings.delete(root, make_offering())
    assert not ServiceOffering.objects.exists()


def test_a_size_that_somebody_has_is_closed(root, tenant, cloud):
    submit_deployment(cloud, tenant)
    offerings.delete(root, cloud.offering)
    cloud.offering.refresh_from_db()
    assert cloud.offering.is_active is False
    offerings.delete(root, cloud.offering)
    assert ServiceOffering.objects.filter(pk=cloud.offering.pk).exists()


@pytest.mark.parametrize("who", ["user", "domain_admin", "read_only_admin"])
def test_only_root_admins_change_sizes(who):
    persona = getattr(make_personas(), who)
    offering = make_offering()
    with pytest.raises(NotPermitted):
        offerings.create(persona, values())
    with pytest.raises(NotPermitted):
        offerings.update(persona, offering, OfferingChanges(name="mine"))
    with pytest.raises(NotPermitted):
        offerings.delete(persona, offering)
