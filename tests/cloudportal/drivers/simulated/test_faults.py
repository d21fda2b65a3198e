"""Faults put into a simulated world happen where, when and as often as they were meant to."""

import signal
import subprocess
import sys
import uuid

import pytest

from cloudportal.drivers.errors import ERRORS, Busy, OutcomeUnknown, Unreachable
from cloudportal.drivers.simulated import tampering
from cloudportal.drivers.simulated.faults import ANY_OPERATION, Fault, FaultKind
from cloudportal.drivers.simulated.world import SimulatedWorld
from compute.drivers.opening import open_compute
from compute.drivers.specs import GuestSpec

MAKE_GUEST = """
import sys, uuid
from compute.drivers.opening import open_compute
from compute.drivers.specs import GuestSpec
driver = open_compute("simulator", {"world": sys.argv[1], "place": "host-1"}, timeout_seconds=5)
spec = GuestSpec(uuid=uuid.UUID(sys.argv[2]), name="g", cpus=1, memory_mib=64, disks=(), nics=())
driver.ensure_guest(spec)
print("survived")
"""


@pytest.fixture
def world(tmp_path):
    return SimulatedWorld(tmp_path / "world.sqlite")


def open_host(world, place="host-1", timeout_seconds=5):
    settings = {"world": str(world.path), "place": place}
    return open_compute("simulator", settings, timeout_seconds=timeout_seconds)


def guest(**changes):
    values = {"uuid": uuid.uuid4(), "name": "g", "cpus": 1, "memory_mib": 64, "disks": (), "nics": ()}
    return GuestSpec(**{**values, **changes})


def make_in_another_process(world, guest_uuid):
    command = [sys.executable, "-c", MAKE_GUEST, str(world.path), str(guest_uuid)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("code", ERRORS)
def test_a_failure_is_the_error_that_was_asked_for_and_nothing_happens(world, code):
    world.inject(Fault(operation="ensure_guest", kind=FaultKind.FAIL, error=code))
    spec = guest()

    with pytest.raises(ERRORS[code]):
        open_host(world).ensure_guest(spec)

    assert open_host(world).find_guest(spec.uuid) is None
    assert world.effects() == ()


def test_an_error_that_does_not_exist_cannot_be_asked_for(world):
    with pytest.raises(ValueError, match="made-up"):
        world.inject(Fault(operation="ensure_guest", kind=FaultKind.FAIL, error="made-up"))


def test_what_hangs_does_not_happen(world):
    world.inject(Fault(operation="ensure_guest", kind=FaultKind.HANG))
    spec = guest()

    with pytest.raises(OutcomeUnknown):
        open_host(world).ensure_guest(spec)

    assert open_host(world).find_guest(spec.uuid) is None


def test_a_delay_past_the_limit_is_an_unknown_outcome(world):
    world.inject(Fault(operation="list_guests", kind=FaultKind.DELAY, seconds=30))

    with pytest.raises(OutcomeUnknown):
        open_host(world, timeout_seconds=0.05).list_guests()


def test_a_delay_within_the_limit_only_delays(world):
    world.inject(Fault(operation="list_guests", kind=FaultKind.DELAY, seconds=0.01))

    assert open_host(world).list_guests() == ()


def test_a_lost_answer_is_of_something_that_happened(world):
    world.inject(Fault(operation="ensure_guest", kind=FaultKind.LOSE_ANSWER))
    spec = guest()

    with pytest.raises(OutcomeUnknown):
        open_host(world).ensure_guest(spec)

    assert open_host(world).ensure_guest(spec).uuid == spec.uuid
    assert [effect.detail for effect in world.effects(subject=spec.uuid)] == ["made"]


@pytest.mark.parametrize(("kind", "made"), [(FaultKind.DIE_BEFORE, []), (FaultKind.DIE_AFTER, ["made"])])
def test_a_process_dies_before_or_after_the_effect(world, kind, made):
    guest_uuid = uuid.uuid4()
    world.inject(Fault(operation="ensure_guest", kind=kind, subject=str(guest_uuid)))

    killed = make_in_another_process(world, guest_uuid)
    assert killed.returncode == -signal.SIGKILL
    assert [effect.detail for effect in world.effects(subject=guest_uuid)] == made

    assert make_in_another_process(world, guest_uuid).stdout == "survived\n"
    assert [effect.detail for effect in world.effects(subject=guest_uuid)] == ["made"]


def test_a_fault_happens_as_often_as_it_was_meant_to(world):
    world.inject(Fault(operation="list_guests", kind=FaultKind.FAIL, error="busy", count=2))
    driver = open_host(world)
    for _ in range(2):
        with pytest.raises(Busy):
            driver.list_guests()

    assert driver.list_guests() == ()
    assert world.faults() == ()


def test_an_endless_fault_ends_when_it_is_cleared(world):
    fault_id = world.inject(Fault(operation=ANY_OPERATION, kind=FaultKind.FAIL, count=None))
    driver = open_host(world)
    for _ in range(3):
        with pytest.raises(Unreachable):
            driver.check()

    world.clear_faults(fault_id)

    assert driver.check() is None


def test_clearing_takes_all_faults_away(world):
    world.inject(Fault(operation="check", kind=FaultKind.FAIL))
    world.inject(Fault(operation="list_guests", kind=FaultKind.FAIL))

    world.clear_faults()

    assert world.faults() == ()


def test_a_fault_keeps_to_its_operation_place_and_subject(world):
    meant, other = guest(), guest()
    fault = Fault(operation="ensure_guest", kind=FaultKind.FAIL, place="host-1", subject=str(meant.uuid))
    world.inject(fault)

    assert open_host(world).find_guest(meant.uuid) is None
    assert open_host(world).ensure_guest(other).uuid == other.uuid
    assert open_host(world, "host-2").ensure_guest(guest()).uuid
    with pytest.raises(Unreachable):
        open_host(world).ensure_guest(meant)


def test_faults_are_met_in_the_order_in_which_they_came(world):
    world.inject(Fault(operation="check", kind=FaultKind.FAIL, error="busy"))
    world.inject(Fault(operation=ANY_OPERATION, kind=FaultKind.FAIL, error="unreachable"))
    driver = open_host(world)

    with pytest.raises(Busy):
        driver.check()
    with pytest.raises(Unreachable):
        driver.check()


def test_a_place_out_of_reach_comes_back(world):
    tampering.set_reachable(world, "host-1", False)
    driver = open_host(world)
    with pytest.raises(Unreachable):
        driver.list_guests()

    tampering.set_reachable(world, "host-1", True)

    assert driver.list_guests() == ()
