"""Nothing runs on while the demonstration does not: what runs is switched off at its end and on at its next start."""

import json
import logging
import time
from pathlib import Path
from uuid import UUID

from django.db.models import Q, QuerySet

from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Job
from compute import queries, states
from compute.models import Instance
from compute.services import instances

LOOK_SECONDS = 0.1

log = logging.getLogger(__name__)


def switch_off(caller: Caller, kept: Path, *, seconds: float) -> list[str]:
    """Cuts the power of every running instance, keeps in the file which they were, and waits until nothing is being
    worked on.

    Returns the names of whatever was not done with in time.
    """
    running = list(queries.instances_for(caller).filter(state=states.RUNNING))
    kept.write_text(json.dumps([str(instance.uuid) for instance in running]))
    for instance in running:
        _stop(caller, instance)
    stopping = Q(subject_uuid__in=[instance.uuid for instance in running])
    return _busy(Job.objects.filter(stopping | Q(state=job_states.RUNNING)), seconds=seconds)


def switch_on(caller: Caller, kept: Path, *, seconds: float) -> None:
    """Starts what the file names, and what was running when the demonstration was cut off, without waiting for it."""
    cut_off = list(queries.instances_for(caller).filter(state=states.RUNNING))
    named = {UUID(text) for text in json.loads(kept.read_text())} if kept.exists() else set()
    wanted = named | {instance.uuid for instance in cut_off}
    kept.write_text(json.dumps([str(uuid) for uuid in wanted]))
    for instance in cut_off:
        _stop(caller, instance)
    _busy(Job.objects.filter(subject_uuid__in=wanted), seconds=seconds)
    for instance in queries.instances_for(caller).filter(uuid__in=wanted, state=states.STOPPED):
        _start(caller, instance)
    kept.unlink()


def _start(caller: Caller, instance: Instance) -> None:
    try:
        instances.start(caller, instance)
    except PortalError as refusal:
        # Its owner finds it stopped, as after any outage: the account may have been locked, or the host be full.
        log.warning("%s stays off: %s", instance.name, refusal.detail)


def _stop(caller: Caller, instance: Instance) -> None:
    try:
        instances.stop(caller, instance, force=True)
    except PortalError as refusal:
        # Somebody else has just begun to do something to it.
        log.warning("%s is not switched off: %s", instance.name, refusal.detail)


def _busy(jobs: QuerySet[Job], *, seconds: float) -> list[str]:
    """Waits until none of these jobs is open, and names what those work on that are after that time."""
    end = time.monotonic() + seconds
    waiting = jobs.filter(state__in=job_states.OPEN)
    while waiting.exists() and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
    return list(waiting.values_list("subject_name", flat=True))
