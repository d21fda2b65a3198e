import pytest

from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.errors import Refused
from compute.topology import abilities
from compute.topology.connections import compute_driver
from compute.topology.driver_settings import declared
from tests.support.factories_infra import make_host

pytestmark = pytest.mark.django_db


def test_a_host_is_opened_with_its_settings():
    host = make_host()
    with compute_driver(host) as driver:
        assert driver.host_facts().cpus == 16


def test_settings_that_no_longer_fit_are_a_fault_that_says_what_to_do():
    host = make_host(settings={"world": "relative"})
    with pytest.raises(Refused) as fault:
        compute_driver(host)
    assert host.name in fault.value.sentence
    assert "relative" not in fault.value.detail


def test_an_unknown_driver_is_a_wrong_value():
    with pytest.raises(InvalidInput):
        declared("compute", "abacus", "host")


def test_abilities_are_read_from_the_class():
    host = make_host()
    assert abilities.can(host, "RunsGuests")
    assert not abilities.can(host, "BootsHardware")
    assert "simulator" in abilities.drivers_that_can("RunsGuests")


def test_every_driver_is_offered_with_its_settings():
    offered = {one.name: one for one in abilities.known_drivers("compute", "host")}
    assert {one.name for one in offered["simulator"].settings} >= {"world", "place"}
