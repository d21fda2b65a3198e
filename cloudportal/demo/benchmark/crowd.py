"""A crowd of instances, written straight into the tables: going through the services would take an hour."""

from itertools import count
from uuid import uuid4

from django.db import transaction

from cloudportal.demo.seeding import World
from compute import states
from compute.models import Instance, Nic, VolumeAttachment
from compute.services.sizing import Wanted, size_of, terms_of
from networking import states as network_states
from networking.models import Address, Network
from storage import states as storage_states
from storage.models import Volume
from tenants.models import Account

BATCH = 1000
FIRST_ADDRESS = 11 << 24

_numbers = count(1)


def grow(world: World, account: Account, size: int) -> None:
    """Instances of the account until it has `size`, each with a root volume, a NIC and an address."""
    missing = size - Instance.objects.filter(account=account).count()
    while missing > 0:
        batch = min(missing, BATCH)
        with transaction.atomic():
            _add(world, account, batch)
        missing -= batch


def _add(world: World, account: Account, size: int) -> None:
    instances = Instance.objects.bulk_create(_instance(world, account) for _ in range(size))
    volumes = Volume.objects.bulk_create(_volume(world, one) for one in instances)
    addresses = Address.objects.bulk_create(_address(world.places.network, account) for _ in instances)
    pairs = zip(instances, volumes, strict=True)
    VolumeAttachment.objects.bulk_create(VolumeAttachment(instance=one, volume=disk) for one, disk in pairs)
    Nic.objects.bulk_create(
        Nic(instance=one, network=world.places.network, address=address, mac=_mac(address.number))
        for one, address in zip(instances, addresses, strict=True)
    )


def _instance(world: World, account: Account) -> Instance:
    offering = world.catalogue.offering
    return Instance(
        account=account,
        zone=world.places.zone,
        template=world.catalogue.template,
        host=world.places.hosts[0],
        name=f"one-of-many-{next(_numbers)}",
        state=states.RUNNING,
        power="on",
        **terms_of(offering, size_of(offering, Wanted())),
    )


def _volume(world: World, instance: Instance) -> Volume:
    return Volume(
        account=instance.account,
        zone=world.places.zone,
        pool=world.places.pool,
        template=world.catalogue.template,
        name=f"root of {instance.name}",
        kind=Volume.ROOT,
        size_bytes=2**28,
        state=storage_states.READY,
        held_by=instance.uuid,
    )


def _address(network: Network, account: Account) -> Address:
    number = FIRST_ADDRESS + next(_numbers)
    ip = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    return Address(
        network=network, account=account, ip=ip, number=number, state=network_states.TAKEN, held_by=uuid4()
    )


def _mac(number: int) -> str:
    return "02:00:" + ":".join(f"{number >> shift & 255:02x}" for shift in (24, 16, 8, 0))
