"""A simulated world is one world for all processes, and its log holds only what really happened."""

import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from cloudportal.drivers.errors import Unreachable
from cloudportal.drivers.simulated import tampering
from cloudportal.drivers.simulated.world import SimulatedWorld
from compute.drivers.facts import Power, PowerAction
from compute.drivers.opening import open_compute
from compute.drivers.specs import GuestSpec

MAKE_GUESTS = """
import sys, uuid
from compute.drivers.opening import open_compute
from compute.drivers.specs import GuestSpec
driver = open_compute("simulator", {"world": sys.argv[1], "place": "host-1"}, timeout_seconds=30)
for number in range(50):
    spec = GuestSpec(uuid=uuid.UUID(int=number + 1), name="g", cpus=1, memory_mib=64, disks=(), nics=())
    driver.ensure_guest(spec)
"""


@pytest.fixture
def world(tmp_path):
    return SimulatedWorld(tmp_path / "world.sqlite")


@pytest.fixture
def driver(world):
    with open_compute(
        "simulator", {"world": str(world.path), "place": "host-1"}, timeout_seconds=5
    ) as driver:
        yield driver


def guest(**changes):
    values = {"uuid": uuid.uuid4(), "name": "g", "cpus": 1, "memory_mib": 64, "disks": (), "nics": ()}
    return GuestSpec(**{**values, **changes})


def test_several_processes_make_one_world_and_each_guest_once(world):
    command = [sys.executable, "-c", MAKE_GUESTS, str(world.path)]
    processes = [subprocess.Popen(command) for _ in range(3)]

    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0]

    made = [effect.subject for effect in world.effects(operation="ensure_guest")]
    assert sorted(made) == [str(uuid.UUID(int=number + 1)) for number in range(50)]


def test_threads_may_share_a_world(driver):
    specs = [guest() for _ in range(20)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(driver.ensure_guest, specs))

    assert len(driver.list_guests()) == 20


def test_the_log_holds_each_change_once_and_no_repetition(world, driver):
    spec = guest()
    for _ in range(2):
        driver.ensure_guest(spec)
        driver.set_power(spec.uuid, PowerAction.ON)
    for _ in range(2):
        driver.set_power(spec.uuid, PowerAction.OFF)
    for _ in range(2):
        driver.remove_guest(spec.uuid)

    log = [(effect.operation, effect.detail) for effect in world.effects(subject=spec.uuid)]
    assert log == [
        ("ensure_guest", "made"),
        ("set_power", "on"),
        ("set_power", "off"),
        ("remove_guest", "removed"),
    ]


def test_what_is_refused_is_not_in_the_log(world, driver):
    with pytest.raises(Exception, match="refused"):
        driver.ensure_guest(guest(cpus=1000))

    assert world.effects() == ()


def test_hosts_see_their_own_guests_only(world, driver):
    driver.ensure_guest(guest())

    other = open_compute("simulator", {"world": str(world.path), "place": "host-2"}, timeout_seconds=5)

    assert other.list_guests() == ()


def test_memory_of_running_guests_is_taken_from_the_host(driver):
    before = driver.host_facts().free_memory_mib
    spec = guest(memory_mib=1024)
    driver.ensure_guest(spec)
    assert driver.host_facts().free_memory_mib == before

    driver.set_power(spec.uuid, PowerAction.ON)

    assert driver.host_facts().free_memory_mib == before - 1024


def test_a_world_in_a_missing_directory_is_out_of_reach(tmp_path):
    settings = {"world": str(tmp_path / "nowhere" / "world.sqlite"), "place": "host-1"}
    with pytest.raises(Unreachable):
        open_compute("simulator", settings, timeout_seconds=5).check()


def test_changes_behind_the_portals_back_are_seen(world, driver):
    spec = guest()
    driver.ensure_guest(spec)
    tampering.set_guest_power(world, spec.uuid, "on")
    assert driver.guest(spec.uuid).power is Power.ON

    tampering.set_guest_power(world, spec.uuid, "off")
    assert driver.guest(spec.uuid).power is Power.OFF

    tampering.delete_guest(world, spec.uuid)
    assert driver.find_guest(spec.uuid) is None
    assert [effect.operation for effect in world.effects(subject=spec.uuid)] == [
        "ensure_guest",
        "behind:set_guest_power",
        "behind:set_guest_power",
        "behind:delete_guests",
    ]


def test_a_thousand_guests_are_listed_and_measured_in_one_look(world, driver):
    with world.tampering("fill", "host-1") as scene:
        for _ in range(1000):
            scene.change(
                "INSERT INTO guests (uuid, place, name, power, cpus, memory_mib, disks, nics, started_at)"
                " VALUES (?, 'host-1', 'g', 'on', 1, 64, '[]', '[]', 1)",
                str(uuid.uuid4()),
            )

    assert len(driver.list_guests()) == 1000
    assert len(driver.all_statistics()) == 1000
