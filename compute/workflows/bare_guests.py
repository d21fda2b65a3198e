"""Bare guests: of instances that are on no host, put on one so that what lies within their disks can be reached.

They have the disks and nothing else, are never switched on, and go again at the end of the job.
"""

from cloudportal.core.errors import NoRoom
from compute.drivers.specs import GuestSpec
from compute.models import Instance
from compute.services.instance_snapshots import ABILITY
from compute.topology import states as topology_states
from compute.topology.abilities import drivers_that_can
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.workflows.subjects import disk_of, runs_guests, volumes_of
from storage.connections import reaching


def host_for(instance: Instance) -> Host:
    """The host that the instance is on or, for one on none, one that is up and reaches all of its disks."""
    if instance.host is not None:
        return instance.host
    pools = [volume.pool for volume in volumes_of(instance) if volume.pool]
    hosts = reaching(*pools).filter(
        cluster__pod__zone=instance.zone,
        state=topology_states.UP,
        driver__in=drivers_that_can(ABILITY),
    )
    # Where it ran last first, so that a step that is done again finds what it left.
    host = hosts.filter(pk=instance.last_host_id or 0).first() or hosts.first()
    if host is None:
        raise NoRoom(reason="No host that reaches all disks of the instance is up.")
    return host


def ensure_bare(instance: Instance, host: Host) -> None:
    """The bare guest is on the host. May be repeated."""
    disks = instance.attachments.select_related("volume__offering").order_by("device_index")
    spec = GuestSpec(
        uuid=instance.uuid,
        name=f"i-{instance.uuid}",
        cpus=instance.cpus,
        memory_mib=instance.memory_mib,
        disks=tuple(disk_of(one) for one in disks),
        nics=(),
    )
    with compute_driver(host) as driver:
        runs_guests(driver).ensure_guest(spec)


def remove_bare(instance: Instance, host: Host) -> None:
    """The host does not have it. May be repeated."""
    with compute_driver(host) as driver:
        runs_guests(driver).remove_guest(instance.uuid)
