"""Rows and files of copies that wait to be downloaded, as workflows and services need them."""

from datetime import timedelta

from cloudportal.core import clock
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from storage import states, store, template_work
from storage.amounts import gib_of
from storage.models import VolumeExport
from tenants.queries.settings import settings_value
from tenants.services import limits
from tenants.services.limits import Resource


def record_ready(run: Run, export: VolumeExport) -> None:
    """The copy may be taken for a while, and counts as image space. Raises LimitReached."""
    account = export.account
    limits.reserve(account, {Resource.SECONDARY_STORAGE_GIB: gib_of(export.size_bytes)})
    until = clock.now() + timedelta(seconds=settings_value("download.lifetime"))
    states.EXPORT.move(export, "created", expires_at=until)
    about = About.of(export.volume or export, account.owner)
    records.completed(run.job.caller, "VOLUME.EXTRACT", about, job_uuid=run.job.uuid)


def record_failed(export: VolumeExport) -> None:
    """Nothing came of it; the row says so for a while."""
    if export.state == states.CREATING:
        until = clock.now() + timedelta(seconds=settings_value("download.lifetime"))
        states.EXPORT.move(
            export, "failed", checksum="", size_bytes=0, virtual_size_bytes=0, expires_at=until
        )


def release(export: VolumeExport) -> None:
    """The copy counts no more."""
    # One that failed has no size, and none of it was counted.
    limits.release(export.account, {Resource.SECONDARY_STORAGE_GIB: gib_of(export.size_bytes)})


def clear(checksum: str) -> None:
    """The store does not have the file, unless something else wants the same."""
    if checksum:
        store.remove(checksum, is_wanted=lambda: template_work.is_wanted(checksum))
