"""Rows of snapshots as workflows need them: when one is good, and how one ends."""

from typing import Any

from cloudportal.core import clock
from cloudportal.events import meters, records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from storage import states
from storage.amounts import gib_of
from storage.models import Snapshot
from tenants.services import limits
from tenants.services.limits import Resource


def record_ready(run: Run, snapshot: Snapshot, **changes: Any) -> None:
    """The snapshot may be used; its image is counted and metered from now on. Raises LimitReached."""
    account = snapshot.account
    limits.reserve(account, {Resource.SECONDARY_STORAGE_GIB: gib_of(snapshot.size_bytes)})
    states.SNAPSHOT.move(snapshot, "created", **changes)
    quantities = {"size_bytes": snapshot.size_bytes, "virtual_size_bytes": snapshot.virtual_size_bytes}
    meters.start(
        meters.SNAPSHOT, snapshot, account.owner, quantities, zone_uuid=snapshot.zone.uuid, at=clock.now()
    )
    about = About.of(snapshot, account.owner)
    records.completed(run.job.caller, "SNAPSHOT.CREATE", about, job_uuid=run.job.uuid)


def record_removed(run: Run, snapshot: Snapshot) -> None:
    """The snapshot is deleted: its limits and its meter end."""
    account = snapshot.account
    states.SNAPSHOT.move(snapshot, "deleted", deleted_at=clock.now())
    # One whose image never came in whole has no size, and none of it was counted.
    limits.release(
        account, {Resource.SNAPSHOTS: 1, Resource.SECONDARY_STORAGE_GIB: gib_of(snapshot.size_bytes)}
    )
    meters.stop(meters.SNAPSHOT, snapshot, account.owner)
    about = About.of(snapshot, account.owner)
    records.completed(run.job.caller, "SNAPSHOT.DELETE", about, job_uuid=run.job.uuid)
