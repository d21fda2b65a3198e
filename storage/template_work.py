"""Rows of templates as workflows and regular work need them: which images are wanted, and how one ends."""

from typing import Any

from django.db.models import Q

from cloudportal.core import clock
from cloudportal.events import meters, records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from compute.topology.dependants import dependants_of
from storage import states
from storage.amounts import gib_of
from storage.models import ATTACHED_ISOS, Pool, Snapshot, Template, Volume, VolumeArrival, VolumeExport
from tenants.services import limits
from tenants.services.limits import Resource

Wanting = Template | Snapshot | VolumeExport | VolumeArrival


def is_wanted(checksum: str, *, but_for: Wanting | None = None) -> bool:
    """True while a template or snapshot that is not deleted has this image, a volume on its way out or in, or one that
    is still to be made of its template, be that deleted or not; `but_for` one of them.
    """
    unmade = Volume.objects.filter(state__in=(states.ALLOCATED, states.CREATING), snapshot=None)
    wanting = (
        *unmade.filter(template__checksum=checksum).values_list("uuid"),
        *Template.objects.filter(checksum=checksum).exclude(state=states.DELETED).values_list("uuid"),
        *Snapshot.objects.filter(checksum=checksum).exclude(state=states.DELETED).values_list("uuid"),
        *VolumeExport.objects.filter(checksum=checksum).values_list("uuid"),
        *VolumeArrival.objects.filter(checksum=checksum).values_list("uuid"),
    )
    return any(but_for is None or uuid != but_for.uuid for (uuid,) in wanting)


def is_stood_on(checksum: str, pool: Pool) -> bool:
    """True while a volume that was or is being made from this image is on the pool, or might go there, or the image is
    in a drive.
    """
    is_on_it = Q(snapshot=None, template__checksum=checksum) | Q(snapshot__checksum=checksum)
    rows = Volume.objects.filter(is_on_it).exclude(state=states.DELETED)
    is_on_disk = rows.filter(pool=pool).exists() or rows.filter(pool=None, zone_id=pool.zone_id).exists()
    is_on_its_way = VolumeArrival.objects.filter(checksum=checksum).exists()
    return is_on_disk or is_on_its_way or is_attached(checksum)


def attached_count(template: Template) -> int:
    """In how many drives the ISO is. Rooms above own those links, so they are counted as what stands on the row."""
    found = [one for one in dependants_of(template) if one.noun == ATTACHED_ISOS]
    return sum(one.count for one in found)


def is_attached(checksum: str) -> bool:
    """True while an ISO with this image is in a drive."""
    isos = Template.objects.filter(checksum=checksum, kind=Template.ISO)
    return any(attached_count(one) for one in isos)


def record_ready(run: Run, template: Template) -> None:
    """The template may be used; its image is counted and metered from now on. Raises LimitReached."""
    account = template.account
    limits.reserve(account, {Resource.SECONDARY_STORAGE_GIB: gib_of(template.size_bytes)})
    states.TEMPLATE.move(template, "ready")
    quantities: dict[str, Any] = {
        "kind": template.kind,
        "size_bytes": template.size_bytes,
        "virtual_size_bytes": template.virtual_size_bytes,
    }
    meters.start(meters.TEMPLATE, template, account.owner, quantities, at=clock.now())
    about = About.of(template, account.owner)
    records.completed(run.job.caller, "TEMPLATE.CREATE", about, job_uuid=run.job.uuid)


def record_removed(run: Run, template: Template) -> None:
    """The template is deleted: its limits and its meter end."""
    account = template.account
    states.TEMPLATE.move(template, "deleted")
    # A template whose image never came in whole has no size, and none of it was counted.
    limits.release(
        account, {Resource.TEMPLATES: 1, Resource.SECONDARY_STORAGE_GIB: gib_of(template.size_bytes)}
    )
    meters.stop(meters.TEMPLATE, template, account.owner)
    about = About.of(template, account.owner)
    records.completed(run.job.caller, "TEMPLATE.DELETE", about, job_uuid=run.job.uuid)
