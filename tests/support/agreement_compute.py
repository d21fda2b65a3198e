"""The question whether rows and simulated world say the same of instances, their disks, addresses and claims."""

from collections import Counter as Tally
from uuid import UUID

from django.db.models import Q

from cloudportal.events import meters
from cloudportal.events.models import MeterMark
from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Job
from compute import states
from compute.models import AttachedIso, Instance, Nic, SecondaryAddress
from networking.connections import network_driver
from networking.models import Address, Network
from storage import states as storage_states
from storage.connections import storage_driver
from storage.models import Pool, Volume
from tenants.resources import Resource
from tenants.services.limits_recount import find_drift
from tests.support.factories_compute import guests_of

# Templates are laid into these worlds without their owner's counters.
COUNTED = (
    Resource.INSTANCES,
    Resource.CPUS,
    Resource.MEMORY_MIB,
    Resource.VOLUMES,
    Resource.PRIMARY_STORAGE_GIB,
    Resource.ADDRESSES,
)
GONE = (states.DESTROYED, states.ERROR, states.EXPUNGED)


def world_equals_rows(cloud):
    """Asserts that nothing in the world is unknown to the rows, nothing in the rows is missing there, and that every
    share that was taken is counted once: claims, promises, addresses, limits, meters.
    """
    guests = guests_of(cloud)
    for instance in Instance.objects.select_related("host"):
        _check_instance(guests.get(instance.uuid), instance)
    assert set(guests) <= set(Instance.objects.values_list("uuid", flat=True))
    _check_volumes(cloud)
    _check_copies(cloud)
    _check_addresses(cloud)
    _check_claims(cloud)
    assert [str(one) for one in find_drift(COUNTED)] == []


def _check_instance(found, instance):
    marks = _marks(instance)
    if instance.state == states.RUNNING:
        host, guest = found
        assert (host, guest.power) == (instance.host, "on")
        assert {disk.locator for disk in guest.disks} == {
            one.volume.locator for one in instance.attachments.select_related("volume")
        }
        assert (guest.cpus, guest.memory_mib) == (instance.cpus, instance.memory_mib)
        assert (instance.claimed_cpus, instance.claimed_memory_mib) == (instance.cpus, instance.memory_mib)
        held = AttachedIso.objects.filter(instance=instance).values_list("locator", flat=True).first()
        assert guest.media == held
        assert {nic.mac for nic in guest.nics} == {nic.mac for nic in instance.nics.all()}
        assert marks == {meters.RUNNING_INSTANCE: 1, meters.ALLOCATED_INSTANCE: 1}
        assert all(nic.address_id for nic in instance.nics.all())
        assert instance.attachments.filter(device_index=0).exists()
    elif instance.state == states.STOPPED:
        # A stop that came half-way keeps the claim; how far it came on the host no row says.
        there = found and (found[0], found[1].power)
        assert there in (None, instance.host and (instance.host, "off"))
        assert marks == {meters.ALLOCATED_INSTANCE: 1}
    else:
        assert instance.state in GONE, f"{instance.name} is still {instance.state}."
        assert (found, instance.host, marks) == (None, None, {})


def _marks(instance):
    """By meter, how many starts have no stop: one at most, of the size that the instance has."""
    tally, last = Tally(), {}
    for mark in MeterMark.objects.filter(subject_uuid=instance.uuid).order_by("id"):
        tally[mark.meter] += 1 if mark.starts else -1
        assert tally[mark.meter] in (0, 1)
        last[mark.meter] = (mark.quantities.get("cpus"), mark.quantities.get("memory_mib"))
    size = (instance.cpus, instance.memory_mib)
    assert all(last[meter] == size for meter, count in tally.items() if count)
    return {meter: count for meter, count in tally.items() if count}


def _check_volumes(cloud):
    made = Volume.objects.filter(state__in=(storage_states.READY, storage_states.DESTROYED))
    # One that could not be deleted is an error, and still takes its place or takes it no longer.
    uncertain = set(Volume.objects.filter(state=storage_states.ERROR).values_list("uuid", flat=True))
    for pool in Pool.objects.filter(zone=cloud.zone):
        with storage_driver(pool) as driver:
            there = {one.uuid: one.size_bytes for one in driver.list_volumes() if one.uuid not in uncertain}
        assert there.items() ^ set(made.filter(pool=pool).values_list("uuid", "size_bytes")) == set()
    assert not made.exclude(pool__zone=cloud.zone).exists()
    marks = MeterMark.objects.filter(meter=meters.VOLUME).order_by("id").values_list("subject_uuid", "starts")
    metered = {uuid for uuid, starts in dict(marks).items() if starts}
    assert metered - uncertain == set(made.filter(state=storage_states.READY).values_list("uuid", flat=True))


def copies_in(cloud):
    """The uuids of the copies of volumes that wait in pools."""
    if cloud.world is None:
        return set()
    with cloud.world.transaction(is_effect=False) as connection:
        return {UUID(row["uuid"]) for row in connection.execute("SELECT uuid FROM snapshots")}


def _check_copies(cloud):
    # A job that is through, be it forwards or back, has left none.
    through = Job.objects.filter(Q(state=job_states.DONE) | Q(state=job_states.FAILED, cursor=0))
    assert copies_in(cloud) & set(through.values_list("subject_uuid", flat=True)) == set()


def _check_addresses(cloud):
    taken = set(Address.objects.filter(state="taken").values_list("held_by", flat=True))
    secondary = set(SecondaryAddress.objects.values_list("uuid", flat=True))
    assert taken == set(Nic.objects.exclude(address=None).values_list("uuid", flat=True)) | secondary
    for network in Network.objects.filter(zone=cloud.zone):
        _check_reservations(cloud, network)


def _check_reservations(cloud, network):
    with network_driver(network, cloud.host) as driver:
        laid = driver.find_network(network.uuid) is not None
        reserved = {(one.mac, one.ip) for one in driver.list_reservations(network.uuid)} if laid else set()
    on_hosts = Nic.objects.filter(network=network).exclude(instance__host=None)
    assert reserved <= set(on_hosts.values_list("mac", "address__ip"))
    # As for guests: a stop that came half-way may have taken some back.
    running = on_hosts.exclude(instance__state=states.STOPPED)
    assert reserved >= set(running.values_list("mac", "address__ip"))


def _check_claims(cloud):
    for host in cloud.hosts:
        host.refresh_from_db()
        there = Instance.objects.filter(host=host)
        assert host.claimed_cpus == sum(one.claimed_cpus for one in there)
        assert host.claimed_memory_mib == sum(one.claimed_memory_mib for one in there)
    for pool in Pool.objects.filter(zone=cloud.zone):
        promised = Volume.objects.filter(pool=pool).values_list("size_bytes", flat=True)
        assert pool.claimed_bytes == sum(promised)
