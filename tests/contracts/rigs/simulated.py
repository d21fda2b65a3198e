"""What the contract suites need of the simulated world."""

import hashlib
import io
import uuid
from contextlib import contextmanager

from cloudportal.drivers.simulated import tampering
from cloudportal.drivers.simulated.faults import ANY_OPERATION, Fault, FaultKind
from cloudportal.drivers.simulated.locators import network_locator, snapshot_locator, uuid_in
from cloudportal.drivers.simulated.world import SimulatedWorld
from compute.drivers.opening import open_compute
from networking.drivers.contract import NetworkSpec
from networking.drivers.opening import open_network
from storage.drivers.contract import ImageSpec, PoolSpec, VolumeSpec
from storage.drivers.opening import open_storage
from tests.contracts import specs
from tests.support import bootsectors

TIMEOUT_SECONDS = 10.0


class SimulatedRig:
    """One world with a host, a pool and a place for networks."""

    driver_name = "simulator"

    def __init__(self, directory):
        self.world = SimulatedWorld(directory / "world.sqlite")
        self.directory = directory

    @contextmanager
    def hanging(self):
        """The other side takes calls and does not answer them."""
        fault_id = self.world.inject(
            Fault(operation=ANY_OPERATION, kind=FaultKind.HANG, count=None, seconds=0.05)
        )
        yield
        self.world.clear_faults(fault_id)

    @contextmanager
    def _running_guest(self, plug, devices):
        guest_uuid = tampering.add_guest(self.world, "host-1", "user")
        with self.world.tampering("plug") as scene:
            scene.change(plug, devices, str(guest_uuid))
        yield
        tampering.delete_guest(self.world, guest_uuid)

    def _settings(self, place):
        return {"world": str(self.world.path), "place": place}


class SimulatedComputeRig(SimulatedRig):
    accelerations = frozenset({"simulated"})

    def open(self, timeout_seconds=TIMEOUT_SECONDS):
        return open_compute("simulator", self._settings("host-1"), timeout_seconds=timeout_seconds)

    def open_unreachable(self):
        tampering.set_reachable(self.world, "host-2", False)
        return open_compute("simulator", self._settings("host-2"), timeout_seconds=TIMEOUT_SECONDS)

    def network_locator(self):
        """A network that guests can be plugged into."""
        spec = NetworkSpec(uuid=uuid.uuid4(), name="shared", cidr="10.1.1.0/24", gateway="10.1.1.1")
        with open_network("simulator", self._settings(f"net-{spec.uuid}"), timeout_seconds=5) as networks:
            return networks.ensure_network(spec).locator

    def missing_network_locator(self):
        return network_locator(uuid.uuid4())

    def volume_locator(self):
        """A volume that a guest can start from; the guest heeds a request to shut down."""
        with open_storage("simulator", self._settings("pool-1"), timeout_seconds=5) as pool:
            pool.ensure_pool(PoolSpec(uuid=uuid.UUID(int=1), name="pool"))
            spec = VolumeSpec(uuid=uuid.uuid4(), size_bytes=bootsectors.DISK_BYTES, format="raw")
            return pool.ensure_volume(spec).locator

    def snapshot_disk(self):
        """A disk that can hold snapshots and that a guest can start from."""
        with open_storage("simulator", self._settings("pool-1"), timeout_seconds=5) as pool:
            pool.ensure_pool(PoolSpec(uuid=uuid.UUID(int=1), name="pool"))
            spec = VolumeSpec(uuid=uuid.uuid4(), size_bytes=bootsectors.DISK_BYTES)
            return specs.disk(pool.ensure_volume(spec).locator, format="qcow2")

    def snapshots_in(self, locator):
        """The names of the snapshots within a disk."""
        with self.world.transaction(is_effect=False) as connection:
            query = "SELECT uuid FROM guest_snapshots WHERE disks LIKE ? ORDER BY uuid"
            return [row["uuid"] for row in connection.execute(query, (f'%"{locator}"%',))]

    def forget_snapshots(self, guest_uuid):
        """A simulated host keeps snapshots in the disks alone."""

    def media_locator(self):
        """An image that guests can read."""
        with open_storage("simulator", self._settings("pool-1"), timeout_seconds=5) as pool:
            pool.ensure_pool(PoolSpec(uuid=uuid.UUID(int=1), name="pool"))
            spec, source = raw_image(uuid.uuid4().bytes * 1024)
            pool.ensure_image(spec, source)
            return pool.image_locator(spec.image_id)

    def lose_media(self, locator):
        with open_storage("simulator", self._settings("pool-1"), timeout_seconds=5) as pool:
            pool.remove_image(uuid.UUID(locator.partition(":")[2]))

    def volume_size(self, locator):
        with open_storage("simulator", self._settings("pool-1"), timeout_seconds=5) as pool:
            return pool.volume(uuid.UUID(locator.partition(":")[2])).size_bytes

    def lose_volume(self, locator):
        tampering.delete_volume(self.world, uuid.UUID(locator.partition(":")[2]))

    def copy_target(self):
        """Where a copy of a disk is to be written."""
        return snapshot_locator(uuid.uuid4())

    def copied_bytes(self, target):
        """The size of the disk in a copy."""
        with open_storage("simulator", self._settings("pool-1"), timeout_seconds=5) as pool:
            return pool.find_snapshot(uuid.UUID(uuid_in(target, "sim-snapshot"))).virtual_size_bytes

    def deafen(self, guest_uuid, locator):
        tampering.set_deaf(self.world, guest_uuid, True)

    def add_strange_guest(self, name):
        return tampering.add_guest(self.world, "host-1", name)

    def pause(self, guest_uuid):
        tampering.set_guest_power(self.world, guest_uuid, "paused")

    def turn_off(self, guest_uuid):
        tampering.set_guest_power(self.world, guest_uuid, "off")

    def open_guard(self, nic_uuid):
        """Somebody at the host lets everything through."""
        tampering.open_guard(self.world, nic_uuid)

    def let_loose(self, guest_uuid, mac):
        """Somebody at the host pulls the cable and takes the guard off, while the guest runs."""
        tampering.change_guest_nic(self.world, guest_uuid, mac, is_linked=False, guard="")

    def take_agent_out(self, guest_uuid):
        tampering.set_agent(self.world, guest_uuid, False)

    def await_up(self, guest_uuid):
        """Return when the guest runs its own code."""
        return

    def await_said(self, guest_uuid):
        """Return when the guest has said something on its serial line."""
        return

    def leftovers(self, guest_uuid):
        """What the host keeps for a guest beside the guest itself."""
        return ()


class SimulatedStorageRig(SimulatedRig):
    pool_spec = PoolSpec(uuid=uuid.UUID(int=2), name="primary")

    def open(self, timeout_seconds=TIMEOUT_SECONDS):
        return open_storage("simulator", self._settings("pool-1"), timeout_seconds=timeout_seconds)

    def open_unreachable(self):
        tampering.set_reachable(self.world, "pool-2", False)
        return open_storage("simulator", self._settings("pool-2"), timeout_seconds=TIMEOUT_SECONDS)

    def lose_volume(self, facts):
        tampering.delete_volume(self.world, facts.uuid)

    def running_guest(self, facts):
        """A guest that runs on the volume."""
        disks = f'[{{"locator": "{facts.locator}", "format": "raw", "device_index": 0}}]'
        return self._running_guest("UPDATE guests SET disks = ? WHERE uuid = ?", disks)

    def leftovers(self, thing_uuid):
        return ()

    def open_other(self):
        return open_storage("simulator", self._settings("pool-3"), timeout_seconds=TIMEOUT_SECONDS)

    def begins_with(self, facts, content):
        """Simulated volumes have no content, so any will do."""
        return True


class SimulatedNetworkRig(SimulatedRig):
    def open(self, timeout_seconds=TIMEOUT_SECONDS):
        return open_network("simulator", self._settings("zone-1"), timeout_seconds=timeout_seconds)

    def open_unreachable(self):
        tampering.set_reachable(self.world, "zone-2", False)
        return open_network("simulator", self._settings("zone-2"), timeout_seconds=TIMEOUT_SECONDS)

    def running_guest(self, facts):
        """A guest that runs on the network."""
        nics = f'[{{"mac": "{specs.mac()}", "network_locator": "{facts.locator}", "device_index": 0}}]'
        return self._running_guest("UPDATE guests SET nics = ? WHERE uuid = ?", nics)

    def lose_network(self, facts):
        tampering.delete_network(self.world, facts.uuid)

    def stop_network(self, facts):
        """Networks of the simulated world are always active, so there is none to stop."""
        return

    def leftovers(self, facts):
        return ()


def raw_image(content=None):
    """A spec and a source for a raw image."""
    content = content or bootsectors.disk(bootsectors.HEEDING)
    return image_spec(content, "raw"), io.BytesIO(content)


def image_spec(content, image_format):
    return ImageSpec(
        image_id=uuid.uuid4(),
        size_bytes=len(content),
        format=image_format,
        checksum=hashlib.sha256(content).hexdigest(),
    )
