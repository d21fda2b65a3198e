"""The button that compares a host with the rows."""

import pytest

from cloudportal.drivers.simulated.faults import Fault, FaultKind
from compute.drivers.facts import PowerAction
from compute.models import Instance
from compute.topology.connections import compute_driver
from tests.support.factories import make_personas
from tests.support.factories_compute import deployed, make_cloud
from tests.support.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return make_personas()


@pytest.fixture
def cloud():
    return make_cloud()


def compared(who, cloud):
    return PageClient(who.root_admin).post("host-reconcile", cloud.host.uuid)


def test_it_says_that_all_is_well(who, cloud):
    deployed(cloud, who.user)
    page = compared(who, cloud)
    assert page.title == cloud.host.name
    assert page.notices == ["1 instance was compared, and all is as it is on record."]


def test_what_differs_is_counted_and_noted(who, cloud):
    instance = deployed(cloud, who.user)
    with compute_driver(cloud.host) as driver:
        driver.set_power(instance.uuid, PowerAction.OFF)
    page = compared(who, cloud)
    assert page.notices == [
        "1 instance was compared, of which 1 differ; under Drift is what was found twice."
    ]
    assert Instance.objects.get(pk=instance.pk).drift["kind"] == "stopped"


def test_a_host_that_is_silent_is_said_to_be(who, cloud):
    deployed(cloud, who.user)
    cloud.world.inject(Fault(operation="list_guests", kind=FaultKind.FAIL, error="unreachable", count=None))
    assert "does not answer" in compared(who, cloud).notices[0]


def test_it_is_for_operators(who, cloud):
    assert PageClient(who.root_admin).get("host", cloud.host.uuid).button("Compare with the host now")
    assert PageClient(who.domain_admin).send("host-reconcile", cloud.host.uuid).status_code == 403
