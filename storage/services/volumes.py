"""Volumes: promising, making, renaming, deleting."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, WrongState
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute.topology import queries as topology
from compute.topology import states as topology_states
from compute.topology.models import Zone
from compute.topology.services.offered import demand_open
from storage import actions, queries, states
from storage.amounts import GIB, gib_of, readable, whole_sectors
from storage.models import THIN, DiskOffering, Snapshot, Template, Volume
from storage.services import uploads
from tenants.models import Account
from tenants.services import limits
from tenants.services.limits import Resource

# The largest disk that we hand out; qcow2 and the hypervisors bear more, back-ups and moves do not.
LARGEST_GIB = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class NewVolume:
    """What a caller wants. `size_gib` is for offerings that leave the size open."""

    zone_uuid: UUID | str
    offering_uuid: UUID | str
    name: str
    size_gib: int | None = None


@transaction.atomic
def allocate_root(
    caller: Caller,
    zone: Zone,
    template: Template,
    *,
    name: str,
    size_bytes: int | None = None,
    offering: DiskOffering | None = None,
    provisioning: str = THIN,
) -> Volume:
    """A root volume of the caller's account as a wish, counted in its limits; nothing is made yet.

    For the service that deploys an instance, in its transaction, with rows from the caller's own queries.
    `size_bytes` may enlarge the image, never shrink it; for an ISO it is the size of the empty disk, and `offering` is
    what that disk is like. Without one `provisioning` says how it is made. Raises WrongState, InvalidInput,
    LimitReached.
    """
    # The row is locked so that the template's deletion and this promise see each other.
    template = Template.objects.select_for_update().get(pk=template.pk)
    if template.state != states.READY:
        raise WrongState(noun="template", state=template.state, action="deploy from it", needed=states.READY)
    least_bytes = _least_root_bytes(template)
    size = whole_sectors(size_bytes or least_bytes)
    if not size:
        raise InvalidInput.of(
            "root_size_gib", f"{template.name} is an ISO: say how large the empty disk is to be."
        )
    if size < least_bytes:
        raise InvalidInput.of(
            "root_size_gib",
            f"The template needs at least {readable(least_bytes)}. Choose a size of {gib_of(least_bytes)} GiB "
            "or more.",
        )
    volume = _allocate(
        caller,
        zone,
        name=name,
        size_bytes=size,
        kind=Volume.ROOT,
        template=None if template.is_iso else template,
        offering=offering,
        format="qcow2",
        provisioning=provisioning,
    )
    # Asked once more now that the new row, which points to the template, keeps its deletion waiting.
    _demand_ready(template)
    return volume


@transaction.atomic
def create(caller: Caller, values: NewVolume) -> tuple[Volume, Job]:
    """A data volume, and the job that makes it on a pool.

    Raises NotFound for a zone or offering that the caller may not use, InvalidInput, LimitReached.
    """
    actions.CREATE_VOLUME.permit(caller)
    volume = allocate_data(caller, values)
    plans.note(
        "create",
        f"Creates the volume {volume.name} of {gib_of(volume.size_bytes)} GiB in {volume.zone.name}.",
        noun="volume",
    )
    job = jobs.submit(caller, "volume.create", Subject.of(volume), holds=[hold_of(volume)])
    return volume, job


def allocate_data(caller: Caller, values: NewVolume) -> Volume:
    """A data volume of the caller's account as a wish, counted in its limits. Needs an open transaction.

    Raises as `create` does.
    """
    zone = topology.zone_for(caller, values.zone_uuid)
    if zone.state != topology_states.ENABLED:
        raise WrongState(noun="zone", state=zone.state, action="create volumes", needed="enabled")
    offering = queries.disk_offering_for(caller, values.offering_uuid)
    owner = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    demand_open(offering, owner.domain, zone, field="offering_uuid")
    name = names.check_label(values.name)
    size_gib = size_of(offering, values.size_gib)
    return _allocate(
        caller,
        zone,
        name=name,
        size_bytes=size_gib * GIB,
        kind=Volume.DATA,
        offering=offering,
    )


def allocate_of_snapshot(
    caller: Caller, snapshot: Snapshot, *, name: str, size_bytes: int, offering: DiskOffering | None
) -> Volume:
    """A data volume of the caller's account as a wish that begins as the snapshot. Needs an open transaction.

    Raises WrongState when the snapshot is on its way out, LimitReached.
    """
    # Locked, so that the snapshot's deletion and this promise see each other.
    state = Snapshot.objects.select_for_update().get(pk=snapshot.pk).state
    if state != states.READY:
        raise WrongState(noun="snapshot", state=state, action="make a volume of it", needed=states.READY)
    return _allocate(
        caller,
        snapshot.zone,
        name=name,
        size_bytes=size_bytes,
        kind=Volume.DATA,
        offering=offering,
        snapshot=snapshot,
    )


@transaction.atomic
def rename(caller: Caller, volume: Volume, name: str) -> Volume:
    """The volume under another name."""
    actions.UPDATE_VOLUME.check(caller, volume)
    before, volume.name = volume.name, names.check_label(name)
    volume.save(update_fields=["name"])
    records.record(
        caller,
        "VOLUME.UPDATE",
        About.of(volume, volume.account.owner),
        before={"name": before},
        after={"name": volume.name},
    )
    plans.note("update", f"Renames the volume {before} to {volume.name}.", noun="volume")
    return volume


@transaction.atomic
def delete(caller: Caller, volume: Volume) -> Job:
    """The job that deletes a volume for good. Raises Conflict while something has it attached."""
    actions.DELETE_VOLUME.check(caller, volume)
    if volume.held_by is not None:
        raise Conflict(
            f"The volume {volume.name} is attached to an instance. Detach it first, or expunge the instance."
        )
    uploads.close_of(volume.uuid)
    states.VOLUME.move(volume, "delete")
    plans.note("delete", f"Deletes the volume {volume.name} and everything on it.", noun="volume")
    owner = volume.account.owner
    return jobs.submit(caller, "volume.delete", Subject.of(volume), owner=owner, holds=[hold_of(volume)])


def _least_root_bytes(template: Template) -> int:
    """What a root disk must have at least; nothing for an ISO that asks for nothing."""
    image_bytes = 0 if template.is_iso else whole_sectors(template.virtual_size_bytes)
    return max(image_bytes, template.minimum_disk_gib * GIB)


def _demand_ready(template: Template) -> None:
    state = Template.objects.values_list("state", flat=True).get(pk=template.pk)
    if state != states.READY:
        raise WrongState(noun="template", state=state, action="deploy from it", needed=states.READY)


def size_of(offering: DiskOffering, size_gib: int | None, *, field: str = "size_gib") -> int:
    """The GiB that a volume of this offering has, where so many were asked for. Raises InvalidInput of the field."""
    if offering.size_gib is not None:
        if size_gib not in (None, offering.size_gib):
            raise InvalidInput.of(field, f"This offering is always {offering.size_gib} GiB.")
        return offering.size_gib
    if size_gib is None:
        raise InvalidInput.of(field, "This offering leaves the size to you. Say how many GiB.")
    least, most = offering.least_gib or 1, offering.most_gib or LARGEST_GIB
    if not least <= size_gib <= most:
        raise InvalidInput.of(field, f"Choose {least} to {most} GiB.")
    return size_gib


def _allocate(
    caller: Caller,
    zone: Zone,
    *,
    name: str,
    size_bytes: int,
    kind: str,
    template: Template | None = None,
    offering: DiskOffering | None = None,
    snapshot: Snapshot | None = None,
    format: str = "qcow2",
    provisioning: str = THIN,
) -> Volume:
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    limits.reserve(account, {Resource.VOLUMES: 1, Resource.PRIMARY_STORAGE_GIB: gib_of(size_bytes)})
    volume = Volume.objects.create(
        account=account,
        zone=zone,
        template=template,
        snapshot=snapshot,
        origin=snapshot.origin if snapshot else None,
        offering=offering,
        name=name,
        kind=kind,
        size_bytes=size_bytes,
        format=format,
        provisioning=offering.provisioning if offering else provisioning,
    )
    records.record(
        caller,
        "VOLUME.CREATE",
        About.of(volume, account.owner),
        after={"size_bytes": size_bytes, "kind": kind, "zone": zone.name},
        stage="scheduled",
    )
    return volume
