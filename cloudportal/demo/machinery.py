"""What the demonstration's zone is built on: real guests on this machine, or hosts that only exist in a file."""

from ipaddress import IPv4Network
from pathlib import Path

from cloudportal.demo import subnets
from cloudportal.demo.place import Place
from cloudportal.demo.seeding.catalogue import Image
from cloudportal.demo.seeding.places import Driven, Machinery
from deploy import guest_image

MIB = 1024**2
BLANK_DISK_BYTES = 64 * MIB
SIMULATED_HOSTS = ("simulated-1", "simulated-2")
SIMULATED_SUBNET = IPv4Network("10.77.0.0/24")


def real(place: Place, uri: str) -> Machinery:
    """This machine as a KVM host behind the libvirtd at `uri`, with a directory pool and a bridge of its own.

    Raises NoneFree where every subnet is in use.
    """
    host = {"uri": uri, "directory": str(place.directory / "guests")}
    pool = {"pool_name": "demo", "path": str(place.directory / "volumes")}
    return Machinery(
        compute="kvm",
        hosts={"this-machine": host},
        pool=Driven("libvirt-pool", pool),
        network=Driven("libvirt-network", {}),
        subnet=subnets.free_subnet(subnets.used_subnets()),
    )


def simulated(directory: Path) -> Machinery:
    """Two large hosts with a pool and a network, all of them in a file of that directory."""
    world = {"world": str(directory / "simulated-world.sqlite3")}
    return Machinery(
        compute="simulator",
        hosts={name: {**world, "place": name} for name in SIMULATED_HOSTS},
        pool=Driven("simulator", {**world, "place": "disks"}),
        network=Driven("simulator", {**world, "place": "shared"}),
        subnet=SIMULATED_SUBNET,
    )


def image(directory: Path) -> Image:
    """The small guest's image, or where that was not built an empty disk, which is enough for the simulator."""
    if guest_image.IMAGE.exists():
        return Image(guest_image.IMAGE, "qcow2")
    blank = directory / "images" / "blank.raw"
    blank.parent.mkdir(parents=True, exist_ok=True)
    with blank.open("wb") as file:
        file.truncate(BLANK_DISK_BYTES)
    return Image(blank, "raw")
