"""Volumes on their way out: a copy is made, a link to it is given, and the copy goes when its time is over."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import transaction

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, WrongState
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from storage import actions, export_work, guards, origins, queries, states, store
from storage.amounts import readable
from storage.drivers.contract import FORMATS
from storage.models import Download, VolumeExport
from storage.services import downloads
from storage.services.downloads import Link
from storage.services.snapshots import copied_from, demand_ready


@dataclass(frozen=True, kw_only=True)
class NewExport:
    """Which volume is to be downloaded, and as what kind of file."""

    volume_uuid: UUID | str
    format: str = "qcow2"


@transaction.atomic
def begin(caller: Caller, values: NewExport) -> tuple[VolumeExport, Job]:
    """A copy of the volume to be taken out, and the job that makes it; a guest goes on running meanwhile.

    Raises NotFound for a volume that is not the caller's, InvalidInput, WrongState, Conflict, Busy. The job fails where
    the copy does not fit the account's image space.
    """
    actions.EXPORT_VOLUME.permit(caller)
    volume = queries.volume_for(caller, values.volume_uuid)
    if values.format not in FORMATS:
        raise InvalidInput.of("format", f"Choose one of {', '.join(FORMATS)}.")
    demand_ready(volume, "download it")
    guards.demand_allowed(volume, "download")
    origins.demand_extractable(caller, volume)
    owner = volume.account.owner
    export = VolumeExport.objects.create(
        account=volume.account, volume=volume, name=volume.name, format=values.format
    )
    plans.note(
        "export",
        f"Makes a copy of the volume {volume.name} of up to {readable(volume.size_bytes)} as a {values.format} file, "
        "to be downloaded. It counts as image space until it is gone.",
        noun="volume export",
    )
    job = jobs.submit(
        caller,
        "volume.export",
        Subject.of(export),
        copied_from(volume),
        owner=owner,
        holds=[hold_of(export), hold_of(volume)],
    )
    about = About.of(volume, owner)
    after = {"format": values.format}
    records.record(caller, "VOLUME.EXTRACT", about, after=after, stage="started", job_uuid=job.uuid)
    return export, job


@transaction.atomic
def extract(caller: Caller, export: VolumeExport) -> Link:
    """A link to the copy that is good for a single time, and for a while. Raises WrongState."""
    actions.EXTRACT_EXPORT.check(caller, export)
    plans.note("extract", f"Makes a link to the copy of {export.name}.", noun="volume export")
    # Locked, so that nobody takes the copy away between this and the link.
    export = VolumeExport.objects.select_for_update().select_related("account__domain").get(pk=export.pk)
    link = downloads.open_for(caller, "volume", export, extension=export.format, is_single_use=True)
    export.expires_at = link.download.expires_at
    export.save(update_fields=["expires_at"])
    return link


@transaction.atomic
def delete(caller: Caller, export: VolumeExport) -> None:
    """The copy is gone, and its links lead nowhere. Raises WrongState while it is being made."""
    actions.DELETE_EXPORT.check(caller, export)
    plans.note("delete", f"Deletes the copy of {export.name}.", noun="volume export")
    records.record(caller, "VOLUME.EXPORT.DELETE", About.of(export, export.account.owner))
    _drop(export)


def drop_late(*, most: int = 100) -> int:
    """Takes away copies whose time is over; returns how many went."""
    # A download that has begun keeps its file open, and so ends well.
    late = VolumeExport.objects.filter(expires_at__lte=clock.now()).exclude(state=states.CREATING)
    return sum(_drop_late(pk) for pk in list(late.values_list("pk", flat=True)[:most]))


@transaction.atomic
def _drop_late(pk: int) -> bool:
    # Asked once more under the lock: somebody may just have got a new link.
    rows = VolumeExport.objects.select_for_update().filter(pk=pk, expires_at__lte=clock.now())
    export = rows.first()
    if export is None:
        return False
    _drop(export)
    return True


def _drop(export: VolumeExport) -> None:
    downloads.close_of(export.uuid)
    if not VolumeExport.objects.filter(pk=export.pk).exclude(state=states.CREATING).delete()[0]:
        raise WrongState(noun="volume export", state=states.CREATING, action="delete it", needed=states.READY)
    export_work.release(export)
    # After the commit, as whoever counts on the file must not lose it to a change that is turned back. What a crash
    # leaves is cleared from the store with all that nothing wants.
    transaction.on_commit(lambda: export_work.clear(export.checksum))


def _file(download: Download) -> Path | None:
    rows = VolumeExport.objects.filter(uuid=download.subject_uuid, state=states.READY)
    checksum = rows.values_list("checksum", flat=True).first()
    return store.path_of(checksum) if checksum else None


downloads.offer("volume", _file)
