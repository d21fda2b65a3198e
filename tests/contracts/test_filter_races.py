"""Guards come into force on a real host whose packet filter other programs change at the same moment."""

import re
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread

import pytest

from cloudportal.drivers.errors import Busy
from cloudportal.drivers.libvirtd import overtaking, xml
from compute.drivers.facts import Power, PowerAction
from deploy.services import libvirtd
from tests.contracts import specs
from tests.contracts.test_compute_guards import RULES, guard_of

pytestmark = pytest.mark.real

CHANGE = "add table bridge others; delete table bridge others"
FOREVER = 10_000


@pytest.fixture
def driver(kvm_compute):
    with kvm_compute.open(timeout_seconds=60) as driver:
        yield driver


@pytest.fixture
def nic(kvm_compute):
    return replace(specs.nic(kvm_compute.network_locator()), is_guarded=True)


@pytest.fixture
def spec(kvm_compute, driver, nic):
    """A guest that is off, with a guarded NIC."""
    spec = specs.guest(kvm_compute, nics=(nic,))
    driver.ensure_guards((guard_of(nic, rules=RULES),))
    driver.ensure_guest(spec)
    return spec


@contextmanager
def another_program():
    """One that changes the packet filter without a pause."""
    over = Event()

    def change():
        while not over.is_set():
            # It may lose a race itself; then it changes the filter the next time.
            subprocess.run(["nft", CHANGE], check=False, capture_output=True)

    thread = Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def in_force(daemon, spec):
    """The chains of the guest's NIC that frames pass, each with its number of rules."""
    described = xml.read(daemon.domain(spec.uuid).XMLDesc(0))
    cards = [xml.attribute(one, "target", "dev") for one in described.findall("devices/interface")]
    command = [libvirtd.HOST_PROGRAMS / "ebtables", "-t", "nat", "-L"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sizes = dict(re.findall(r"Bridge chain: (\S+), entries: ([0-9]+)", told))
    linked = [name for card in cards for name in re.findall(rf"-j (libvirt-\S-{card})\n", told)]
    return [(name, int(sizes[name])) for name in linked]


def test_guests_start_and_guards_change_after_lost_races(kvm_compute, driver, nic, spec):
    daemon = kvm_compute.daemon
    steps = {
        "start": lambda: driver.set_power(spec.uuid, PowerAction.ON),
        "change": lambda: driver.ensure_guards((guard_of(nic, rules=RULES[1:]),)),
        "unplug": lambda: driver.ensure_nics(spec.uuid, ()),
        "plug": lambda: driver.ensure_nics(spec.uuid, (nic,)),
        "let go": lambda: driver.ensure_nics(spec.uuid, (replace(nic, is_guarded=False),)),
        "guard": lambda: driver.ensure_nics(spec.uuid, (nic,)),
    }
    seen = {}
    for name, step in steps.items():
        with daemon.losing_races(1) as lost:
            step()
            seen[name] = lost(), [size for _, size in in_force(daemon, spec)]

    first, changed = seen["start"][1], seen["change"][1]
    assert len(first) == len(changed) == 2 and first != changed
    assert seen == {
        "start": (1, first),
        "change": (1, changed),
        "unplug": (0, []),
        "plug": (1, changed),
        "let go": (0, []),
        "guard": (1, changed),
    }


def test_a_race_that_is_always_lost_leaves_what_was_there(kvm_compute, driver, nic, spec, monkeypatch):
    monkeypatch.setattr(overtaking, "RACES", 2)
    daemon = kvm_compute.daemon
    with daemon.losing_races(FOREVER) as lost:
        with pytest.raises(Busy):
            driver.set_power(spec.uuid, PowerAction.ON)
        assert lost() == 2
    assert driver.guest(spec.uuid).power is Power.OFF

    driver.set_power(spec.uuid, PowerAction.ON)
    before = in_force(daemon, spec)
    with daemon.losing_races(FOREVER), pytest.raises(Busy):
        driver.ensure_guards((guard_of(nic, rules=()),))
    assert in_force(daemon, spec) == before


def test_no_chain_is_left_open_while_others_change_the_filter(kvm_compute, driver, nic, spec):
    driver.set_power(spec.uuid, PowerAction.ON)
    whole = in_force(kvm_compute.daemon, spec)
    with another_program():
        for rules in (RULES[:1], RULES):
            driver.ensure_guards((guard_of(nic, rules=rules),))

    assert in_force(kvm_compute.daemon, spec) == whole
