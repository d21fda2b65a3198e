"""How large an instance becomes: as its offering says, or as its owner says within the offering's bounds."""

import pytest

from cloudportal.core.errors import InvalidInput
from compute.models import Instance
from compute.services import offerings
from compute.services.offerings import OfferingValues
from compute.services.sizing import Size, Wanted, size_of
from tests.support.factories_compute import deployed, make_offering, submit_deployment

pytestmark = pytest.mark.django_db

OPEN = {"cpus": None, "memory_mib": None, "cpu_mhz": None}


def custom(**more):
    return make_offering(**{**OPEN, "least_cpus": 2, "most_cpus": 4, "most_memory_mib": 2048, **more})


def test_a_fixed_size_is_as_the_offering_says():
    offering = make_offering(cpus=2, memory_mib=1024, cpu_mhz=1500)
    assert size_of(offering, Wanted()) == Size(cpus=2, memory_mib=1024, cpu_mhz=1500)
    assert size_of(offering, Wanted(cpus=2)).cpus == 2


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("cpus", Wanted(cpu_mhz=1000, memory_mib=512)),
        ("cpus", Wanted(cpus=1, cpu_mhz=1000, memory_mib=512)),
        ("cpus", Wanted(cpus=5, cpu_mhz=1000, memory_mib=512)),
        ("cpu_mhz", Wanted(cpus=2, cpu_mhz=10001, memory_mib=512)),
        ("memory_mib", Wanted(cpus=2, cpu_mhz=1000, memory_mib=2049)),
        ("memory_mib", Wanted(cpus=2, cpu_mhz=1000, memory_mib=15)),
    ],
)
def test_what_is_left_open_is_said_within_the_bounds(field, wanted):
    with pytest.raises(InvalidInput) as refusal:
        size_of(custom(), wanted)
    assert list(refusal.value.fields) == [field]


def test_what_is_fixed_is_not_said_otherwise():
    with pytest.raises(InvalidInput, match="always has 1 CPUs"):
        size_of(make_offering(cpus=1), Wanted(cpus=2))


def test_an_instance_keeps_the_terms_that_it_began_with(cloud, tenant):
    offering = custom(is_cpu_capped=True, network_rate_mbits=50, is_highly_available=True)
    instance = deployed(cloud, tenant, offering=offering.uuid, cpus=3, cpu_mhz=900, memory_mib=768)
    assert (instance.cpus, instance.cpu_mhz, instance.memory_mib) == (3, 900, 768)
    assert (instance.is_cpu_capped, instance.network_rate_mbits, instance.is_highly_available) == (
        True,
        50,
        True,
    )
    assert (instance.claimed_cpus, instance.claimed_memory_mib) == (3, 768)


def test_a_size_that_is_too_small_for_the_template_is_refused_before_anything_is_made(cloud, tenant):
    cloud.template.minimum_memory_mib = 1024
    cloud.template.save()
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(cloud, tenant, offering=custom().uuid, cpus=2, cpu_mhz=1000, memory_mib=512)
    assert list(refusal.value.fields) == ["memory_mib"]
    assert not Instance.objects.exists()


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("least_cpus", {"cpus": 1, "least_cpus": 1}),
        ("most_cpus", {"least_cpus": 4, "most_cpus": 2}),
        ("most_memory_mib", {"most_memory_mib": 15}),
        ("least_cpu_mhz", {"is_cpu_capped": True}),
        ("network_rate_mbits", {"network_rate_mbits": 0}),
        ("root_read_iops", {"root_read_iops": 0}),
        ("root_provisioning", {"root_provisioning": "thick"}),
        ("lease_days", {"lease_days": 0}),
        ("most_lease_days", {"lease_days": 9, "most_lease_days": 8}),
        ("lease_policy", {"lease_policy": "sell"}),
    ],
)
def test_bounds_that_make_no_sense_name_their_field(root, field, more):
    with pytest.raises(InvalidInput) as refusal:
        offerings.create(root, OfferingValues(**{"name": "open", **OPEN, **more}))
    assert list(refusal.value.fields) == [field]
