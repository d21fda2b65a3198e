"""Operators disturb a simulated world from the command line."""

import uuid

import pytest

from cloudportal.drivers.errors import Busy, Unreachable
from cloudportal.drivers.simulated.__main__ import main
from compute.drivers.facts import Power
from compute.drivers.opening import open_compute
from compute.drivers.specs import GuestSpec


@pytest.fixture
def world(tmp_path):
    return str(tmp_path / "world.sqlite")


@pytest.fixture
def driver(world):
    with open_compute("simulator", {"world": world, "place": "host-1"}, timeout_seconds=5) as driver:
        yield driver


def test_a_fault_is_put_in_listed_and_taken_away(world, driver, capsys):
    assert main([world, "inject", "check", "fail", "--error", "busy", "--count", "0"]) == 0
    assert capsys.readouterr().out == "fault 1\n"
    with pytest.raises(Busy):
        driver.check()

    main([world, "faults"])
    assert "check" in capsys.readouterr().out
    main([world, "clear"])

    assert driver.check() is None


def test_a_guest_is_turned_on_behind_the_portals_back(world, driver, capsys):
    spec = GuestSpec(uuid=uuid.uuid4(), name="g", cpus=1, memory_mib=64, disks=(), nics=())
    driver.ensure_guest(spec)

    main([world, "power", str(spec.uuid), "on"])

    assert driver.guest(spec.uuid).power is Power.ON
    main([world, "effects", "--subject", str(spec.uuid)])
    assert capsys.readouterr().out.splitlines() == [
        f"1 ensure_guest host-1 {spec.uuid} made",
        f"2 behind:set_guest_power  {spec.uuid} on",
    ]


def test_a_place_is_cut_off_and_brought_back(world, driver):
    main([world, "reach", "host-1", "no"])
    with pytest.raises(Unreachable):
        driver.check()

    main([world, "reach", "host-1", "yes"])

    assert driver.check() is None


def test_a_word_that_is_not_known_is_refused(world, capsys):
    with pytest.raises(SystemExit):
        main([world, "inject", "check", "explode"])

    assert "explode" in capsys.readouterr().err
