"""A KVM guest whose screen listens on an address: the port is worth nothing to whoever finds it."""

import re
import socket

import pytest

from cloudportal.drivers.errors import DriverError, Refused, WrongCredentials
from cloudportal.drivers.libvirtd import xml
from compute.drivers import rfb
from compute.drivers.facts import PowerAction
from compute.drivers.kvm.screens import Screens
from tests.contracts import specs
from tests.support import viewers

pytestmark = pytest.mark.real

SECRETS_TOO = 1


@pytest.fixture
def driver(kvm_compute):
    with kvm_compute.open(console_address="127.0.0.1") as driver:
        yield driver


@pytest.fixture
def guest(kvm_compute, driver):
    spec = specs.guest(kvm_compute)
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)
    yield kvm_compute.daemon.domain(spec.uuid), spec.uuid
    driver.remove_guest(spec.uuid)


def description(domain, flags=0):
    return re.search(r"<graphics.*</graphics>", domain.XMLDesc(flags), re.DOTALL)[0]


def knock(domain, password):
    port = int(re.search(r"port='(\d+)'", description(domain))[1])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        rfb.enter(connection, password, timeout_seconds=5)


def test_the_port_lets_in_nobody_but_the_portal(driver, guest):
    domain, uuid = guest
    # Before anybody looked there is no password at all, and none is not an empty one.
    for guess in ("", "\0", "guess"):
        with pytest.raises(DriverError):
            knock(domain, guess)

    with driver.open_console(uuid) as connection:
        assert viewers.init(connection).width
        with pytest.raises(Refused):
            knock(domain, "")
        with pytest.raises(WrongCredentials):
            knock(domain, "guess")

    # What is defined knows no password, so the next start has none either.
    assert "passwd=''" in domain.XMLDesc(2 | SECRETS_TOO)


def test_a_password_is_made_for_each_connection_and_runs_out(driver, guest):
    domain, uuid = guest
    seen = set()
    for _ in range(2):
        driver.open_console(uuid).close()
        told = description(domain, SECRETS_TOO)
        seen.add(re.search(r"passwd='([^']+)'", told)[1])
        assert "passwdValidTo=" in told
    assert len(seen) == 2
    assert all(len(password) == 8 for password in seen)

    password = re.search(r"passwd='([^']+)'", description(domain, SECRETS_TOO))[1]
    knock(domain, password)
    # As the clock would: the same password, past its time.
    graphics = Screens("", "127.0.0.1").graphics(password, "2020-01-01T00:00:00")
    port = re.search(r"port='(\d+)'", description(domain))[1]
    graphics.set("port", port)
    domain.updateDeviceFlags(xml.write(graphics), 1)
    with pytest.raises(WrongCredentials):
        knock(domain, password)


def test_a_guest_of_a_host_on_this_machine_listens_nowhere(kvm_compute):
    with kvm_compute.open() as driver:
        spec = specs.guest(kvm_compute)
        driver.ensure_guest(spec)
        driver.set_power(spec.uuid, PowerAction.ON)
        domain = kvm_compute.daemon.domain(spec.uuid)

        assert "<listen type='none'/>" in description(domain)
        assert "port=" not in description(domain)
        driver.remove_guest(spec.uuid)
