"""What only a real bridge shows: what the kernel and dnsmasq make of a network."""

import subprocess
from pathlib import Path

import pytest

from networking.drivers.libvirt_network.definition import bridge_name, network_name
from tests.contracts import specs
from tests.contracts.conftest import libvirt_networks  # noqa: F401
from tests.support.libvirtd import libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = pytest.mark.real


@pytest.fixture
def rig(libvirt_networks):  # noqa: F811
    return libvirt_networks


@pytest.fixture
def made(rig):
    """The driver and the spec of a network that exists."""
    spec = specs.network()
    with rig.open() as driver:
        driver.ensure_network(spec)
        yield driver, spec
        driver.remove_network(spec.uuid)


def kernel(spec, name):
    return (Path("/sys/class/net") / bridge_name(spec.uuid) / name).read_text().strip()


def dnsmasq_file(rig, spec, kind):
    return (rig.daemon.directory / "lib" / "dnsmasq" / f"{network_name(spec.uuid)}.{kind}").read_text()


def test_the_bridge_lets_traffic_through_at_once(made):
    _, spec = made

    assert kernel(spec, "bridge/stp_state") == "0"
    assert kernel(spec, "bridge/forward_delay") == "0"


def test_the_host_answers_on_the_gateways_address(made):
    _, spec = made
    shown = subprocess.run(
        ["ip", "-brief", "address", "show", bridge_name(spec.uuid)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"{spec.gateway}/24" in shown.stdout


def test_dnsmasq_serves_reservations_only_and_tells_the_mtu(rig, made):
    driver, spec = made
    reservation = specs.reservation(spec, 10)
    driver.ensure_reservation(spec.uuid, reservation)

    configuration = dnsmasq_file(rig, spec, "conf")
    ranges = [line for line in configuration.splitlines() if line.startswith("dhcp-range=")]
    assert [line.split(",")[1] for line in ranges] == ["static"]
    assert "mtu,1450" in configuration
    assert dnsmasq_file(rig, spec, "hostsfile").strip() == (
        f"{reservation.mac},{reservation.ip},{reservation.hostname},10m"
    )


def test_a_removed_reservation_is_gone_from_dnsmasq(rig, made):
    driver, spec = made
    kept, freed = specs.reservation(spec, 10), specs.reservation(spec, 11)
    for reservation in (kept, freed):
        driver.ensure_reservation(spec.uuid, reservation)

    driver.remove_reservation(spec.uuid, freed.mac)

    assert kept.mac in dnsmasq_file(rig, spec, "hostsfile")
    assert freed.mac not in dnsmasq_file(rig, spec, "hostsfile")


def test_networks_of_others_are_not_listed_nor_touched(rig):
    other = rig.daemon.connection.networkDefineXML(
        "<network><name>theirs</name><bridge name='theirs0'/></network>"
    )
    with rig.open() as driver:
        assert driver.list_networks() == ()

    assert other.name() == "theirs"


def test_reservations_outlive_a_restart_of_the_network(rig, made):
    driver, spec = made
    reservation = specs.reservation(spec, 10)
    driver.ensure_reservation(spec.uuid, reservation)
    rig.stop_network(driver.network(spec.uuid))

    driver.ensure_network(spec)

    assert reservation.mac in dnsmasq_file(rig, spec, "hostsfile")
