"""Who works on a job: claimed by a guarded update, kept by a heartbeat, lost by falling silent."""

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Coalesce
from django.db.utils import Error as DatabaseError

from cloudportal.core import clock
from cloudportal.jobs import states
from cloudportal.jobs.models import Job

log = logging.getLogger(__name__)


class LostLease(Exception):
    """Another worker may have the job by now: stop, and write nothing more."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one job, until it is not renewed."""

    job_id: int
    job_uuid: uuid.UUID
    token: uuid.UUID


def due(moment: Any) -> models.Q:
    """Jobs that a worker may take: queued and due, or running under a lease that has run out."""
    return models.Q(state=states.QUEUED, not_before__lte=moment) | models.Q(
        state=states.RUNNING, lease_until__lt=moment
    )


def claim(job_uuid: uuid.UUID | str, worker: str) -> Lease | None:
    """The lease on the job, or None when it is not there to be taken. Exactly one claimer of many gets it."""
    moment = clock.now()
    token = uuid.uuid4()
    taken = Job.objects.filter(due(moment), uuid=job_uuid).update(
        state=states.RUNNING,
        worker=worker[:100],
        lease_token=token,
        lease_until=moment + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        attempt=models.F("attempt") + 1,
        started_at=Coalesce("started_at", models.Value(moment)),
    )
    if not taken:
        return None
    job = Job.objects.only("id", "uuid").get(uuid=job_uuid)
    return Lease(job.pk, job.uuid, token)


def renew(lease: Lease) -> bool:
    """Puts the end of the lease off. False when it is lost."""
    until = clock.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    return bool(Job.objects.filter(pk=lease.job_id, lease_token=lease.token).update(lease_until=until))


def write(lease: Lease, **changes: Any) -> None:
    """Writes to the job's row while the lease is ours. Raises LostLease, which takes the transaction back."""
    if not Job.objects.filter(pk=lease.job_id, lease_token=lease.token, state=states.RUNNING).update(
        **changes
    ):
        raise LostLease(str(lease.job_uuid))


@contextmanager
def heartbeat(lease: Lease) -> Iterator[threading.Event]:
    """Renews the lease from a thread of its own until the block ends; the event is set once it is lost."""
    stop, lost = threading.Event(), threading.Event()
    beat = threading.Thread(
        target=_beat, args=(lease, stop, lost), name=f"lease-{lease.job_uuid}", daemon=True
    )
    beat.start()
    try:
        yield lost
    finally:
        stop.set()
        beat.join()


def _beat(lease: Lease, stop: threading.Event, lost: threading.Event) -> None:
    # Three beats to a lease: one that fails on a busy database must not cost the job.
    try:
        while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                kept = renew(lease)
            except DatabaseError as error:
                log.warning("The lease of job %s could not be renewed just now: %s", lease.job_uuid, error)
                connection.close()
                continue
            if not kept:
                lost.set()
                return
    finally:
        connection.close()
