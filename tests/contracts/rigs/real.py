"""What the contract suites need of a real libvirtd with QEMU."""

import json
import re
import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

import libvirt_qemu

from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.locators import file_locator, network_in, network_locator, path_in
from compute.drivers.kvm.files import HostFiles
from compute.drivers.kvm.screens import log_name
from compute.drivers.opening import open_compute
from deploy.services import libvirtd
from networking.drivers.libvirt_network.definition import bridge_name
from networking.drivers.opening import open_network
from storage.drivers.contract import PoolSpec
from storage.drivers.opening import open_storage
from tests.contracts import specs
from tests.contracts.waiting import wait_until
from tests.support import bootsectors

TIMEOUT_SECONDS = 20.0
HUMAN_MONITOR = 1
METADATA_ONLY = 2

STRANGER = """
<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices>{devices}</devices></domain>
"""


class RealRig:
    def __init__(self, daemon, directory):
        self.daemon = daemon
        self.directory = directory
        self.hanging = daemon.frozen

    @property
    def unreachable_uri(self):
        return f"qemu+unix:///system?socket={self.directory}/nobody"

    @contextmanager
    def _running_guest(self, devices):
        guest = self.daemon.connection.createXML(STRANGER.format(name="user", devices=devices))
        yield
        guest.destroy()


class KvmComputeRig(RealRig):
    driver_name = "kvm"
    accelerations = frozenset({"qemu", "kvm"})

    def open(self, timeout_seconds=TIMEOUT_SECONDS, **changes):
        settings = {**self._settings(self.daemon.uri), **changes}
        return open_compute("kvm", settings, timeout_seconds=timeout_seconds)

    def open_unreachable(self):
        return open_compute("kvm", self._settings(self.unreachable_uri), timeout_seconds=TIMEOUT_SECONDS)

    def network_locator(self):
        with open_network("libvirt-network", {"uri": self.daemon.uri}, timeout_seconds=10) as networks:
            return networks.ensure_network(specs.network()).locator

    def missing_network_locator(self):
        return network_locator("net-nowhere")

    def volume_locator(self):
        path = self.directory / f"volume-{uuid.uuid4()}.raw"
        path.write_bytes(bootsectors.disk(bootsectors.HEEDING))
        return file_locator(str(path))

    def snapshot_disk(self):
        """A disk that can hold snapshots and that a guest can start from."""
        raw, path = Path(path_in(self.volume_locator())), self.directory / f"volume-{uuid.uuid4()}.qcow2"
        words = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(raw), str(path)]
        subprocess.run(words, check=True, capture_output=True)
        return specs.disk(file_locator(str(path)), format="qcow2")

    def snapshots_in(self, locator):
        """The names of the snapshots within a disk that no guest runs on."""
        words = ["qemu-img", "info", "--output=json", path_in(locator)]
        told = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
        return sorted(one["name"] for one in told.get("snapshots", ()))

    def forget_snapshots(self, guest_uuid):
        """The host forgets what it knows of the guest's snapshots; what is in the disks stays."""
        for snapshot in self.daemon.domain(guest_uuid).listAllSnapshots():
            snapshot.delete(METADATA_ONLY)

    def media_locator(self):
        path = self.directory / f"{uuid.uuid4()}.iso"
        path.write_bytes(bytes(64 * 1024))
        return file_locator(str(path))

    def lose_media(self, locator):
        Path(path_in(locator)).unlink()

    def volume_size(self, locator):
        return Path(path_in(locator)).stat().st_size

    def lose_volume(self, locator):
        Path(path_in(locator)).unlink()

    def copy_target(self):
        """Where a copy of a disk is to be written."""
        return file_locator(str(self.directory / f"copy-{uuid.uuid4()}.qcow2"))

    def copied_bytes(self, target):
        """The size of the disk in a copy, which must lean on nothing."""
        words = ["qemu-img", "info", "--output=json", path_in(target)]
        told = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
        assert told["format"] == "qcow2" and "backing-filename" not in told
        return told["virtual-size"]

    def deafen(self, guest_uuid, locator):
        Path(path_in(locator)).write_bytes(bootsectors.disk(bootsectors.DEAF))

    def add_strange_guest(self, name):
        made = self.daemon.connection.defineXML(STRANGER.format(name=name, devices=""))
        return uuid.UUID(made.UUIDString())

    def pause(self, guest_uuid):
        self.daemon.domain(guest_uuid).suspend()

    def turn_off(self, guest_uuid):
        self.daemon.domain(guest_uuid).destroy()

    def open_guard(self, nic_uuid):
        """Somebody at the host lets everything through."""
        found = self.daemon.connection.nwfilterLookupByUUIDString(str(nic_uuid))
        head = f"<filter name='{found.name()}' chain='root'><uuid>{nic_uuid}</uuid>"
        everything = "<rule action='accept' direction='inout'><all/></rule></filter>"
        self.daemon.connection.nwfilterDefineXML(f"{head}{everything}")

    def let_loose(self, guest_uuid, mac):
        """Somebody at the host pulls the cable and takes the guard off, while the guest runs."""
        domain = self.daemon.domain(guest_uuid)
        devices = xml.read(domain.XMLDesc()).findall("devices/interface")
        nic = next(one for one in devices if one.find("mac").get("address") == mac)
        nic.remove(nic.find("filterref"))
        xml.child(nic, "link", {"state": "down"})
        domain.updateDeviceFlags(xml.write(nic))

    def take_agent_out(self, guest_uuid):
        """The guests of these suites are boot sectors, which have none."""

    def await_up(self, guest_uuid):
        """Return when the guest waits in its own code: halted within the boot sector at 0x7c00."""
        wait_until(lambda: self._is_halted_in_boot_sector(guest_uuid), timeout_seconds=15)

    def await_said(self, guest_uuid):
        """Return when the guest's greeting is in the file of its serial log."""
        log = self.files / log_name(guest_uuid)
        wait_until(lambda: log.exists() and bootsectors.GREETING in log.read_bytes(), timeout_seconds=15)

    def leftovers(self, guest_uuid):
        return tuple(path.name for path in self.files.glob(f"*{guest_uuid}*"))

    @property
    def files(self):
        return self.directory / "files"

    @property
    def host_files(self):
        return HostFiles(str(self.files))

    def _settings(self, uri):
        return {"uri": uri, "acceleration": "qemu", "directory": str(self.files)}

    def _is_halted_in_boot_sector(self, guest_uuid):
        registers = libvirt_qemu.qemuMonitorCommand(
            self.daemon.domain(guest_uuid), "info registers", HUMAN_MONITOR
        )
        return re.search(r"EIP=00007c[0-9a-f]{2}.*HLT=1", registers, re.DOTALL) is not None


class LibvirtPoolRig(RealRig):
    pool_spec = PoolSpec(uuid=uuid.UUID(int=2), name="primary")

    driver_name = "libvirt-pool"
    as_host = ()

    def open(self, timeout_seconds=TIMEOUT_SECONDS, **changes):
        settings = {**self._settings(self.daemon.uri), **changes}
        return open_storage(self.driver_name, settings, timeout_seconds=timeout_seconds)

    def open_unreachable(self):
        settings = self._settings(self.unreachable_uri)
        return open_storage(self.driver_name, settings, timeout_seconds=TIMEOUT_SECONDS)

    def lose_volume(self, facts):
        self.file_of(facts).unlink()

    def file_of(self, facts):
        """The volume's file as this machine sees it."""
        return Path(path_in(facts.locator))

    def running_guest(self, facts):
        """A guest that runs on the volume."""
        disk = (
            f"<disk type='file' device='disk'><driver name='qemu' type='{facts.format}'/>"
            f"<source file='{path_in(facts.locator)}'/><target dev='vda' bus='virtio'/></disk>"
        )
        return self._running_guest(disk)

    def leftovers(self, thing_uuid):
        return tuple(path.name for path in self.volumes.glob(f"*{thing_uuid}*"))

    @property
    def volumes(self):
        return self.directory / "volumes"

    def _settings(self, uri):
        return {"uri": uri, "pool_name": "primary", "path": str(self.volumes)}

    def open_other(self):
        settings = {"uri": self.daemon.uri, "pool_name": "other", "path": str(self.directory / "other")}
        return open_storage("libvirt-pool", settings, timeout_seconds=TIMEOUT_SECONDS)

    def begins_with(self, facts, content):
        """True where the volume's first bytes are these."""
        raw = self.directory / "raw"
        words = ["qemu-img", "convert", "-f", facts.format, "-O", "raw", path_in(facts.locator), str(raw)]
        subprocess.run([*self.as_host, *words], check=True)
        return raw.read_bytes().startswith(content)


class NfsPoolRig(LibvirtPoolRig):
    """A directory of its own on the server for each test; where the tests look, they look at the server's own files."""

    driver_name = "libvirt-nfs"

    def __init__(self, daemon, directory, server):
        super().__init__(daemon, directory)
        self.server, self.export = server, str(uuid.uuid4())
        self.hanging = server.frozen
        # Where the share is mounted only the daemon sees it.
        mounts = f"--mount=/proc/{libvirtd.daemon_pid(daemon.daemon)}/ns/mnt"
        self.as_host = ("timeout", "-s", "KILL", "20", "nsenter", mounts, "--")
        self.volumes.mkdir()

    def open_other(self):
        (self.volumes / "other").mkdir()
        return self.open(export=f"{self.server.export}/{self.export}/other")

    def file_of(self, facts):
        return self.volumes / Path(path_in(facts.locator)).name

    @property
    def volumes(self):
        return self.server.files / self.export

    def _settings(self, uri):
        return {
            "uri": uri,
            "server": self.server.server,
            "export": f"{self.server.export}/{self.export}",
            "options": self.server.options,
        }


class LibvirtNetworkRig(RealRig):
    def open(self, timeout_seconds=TIMEOUT_SECONDS):
        return open_network("libvirt-network", {"uri": self.daemon.uri}, timeout_seconds=timeout_seconds)

    def open_unreachable(self):
        return open_network("libvirt-network", {"uri": self.unreachable_uri}, timeout_seconds=TIMEOUT_SECONDS)

    def running_guest(self, facts):
        """A guest that runs on the network."""
        name = network_in(facts.locator)
        return self._running_guest(f"<interface type='network'><source network='{name}'/></interface>")

    def lose_network(self, facts):
        network = self.daemon.connection.networkLookupByUUIDString(str(facts.uuid))
        network.destroy()
        network.undefine()

    def stop_network(self, facts):
        self.daemon.connection.networkLookupByUUIDString(str(facts.uuid)).destroy()

    def leftovers(self, facts):
        bridge = Path("/sys/class/net") / bridge_name(facts.uuid)
        return (bridge.name,) if bridge.exists() else ()
