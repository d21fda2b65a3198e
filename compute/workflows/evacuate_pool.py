"""Emptying a pool: each volume is moved by a job of its own, until nothing is left on it."""

from typing import ClassVar

from django.db import models, transaction

from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, Conflict
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Job
from cloudportal.jobs.queries import open_jobs_on
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions
from compute.services import pool_maintenance, volume_copies
from storage import states
from storage.models import Pool, Volume
from tenants.workflows.removal import MOST_FAILURES, caller_of_job, wait_for_jobs

# Copies that are made at once: more would only slow each other down.
AT_ONCE = 4


class MoveAway(Step):
    """Looks what is left, has the next volumes moved, and looks again later. What has moved stays moved."""

    name = "move-away"
    label = "Move the volumes to other pools"

    def act(self, run: Run) -> None:
        """Returns once nothing lies on the pool and no guest reads an ISO from it, which one may have got since."""
        pool, caller = _pool(run), caller_of_job(run.job)
        left = list(pool_maintenance.volumes_on(pool))
        busy = open_jobs_on([volume.uuid for volume in left])
        waiting = [volume for volume in left if volume.uuid not in busy]
        for volume in waiting[: max(AT_ONCE - len(busy), 0)]:
            run.check_lease()
            _demand_hope(run, volume)
            _begin(run, caller, volume)
        if left:
            is_progress = bool(open_jobs_on([volume.uuid for volume in left]))
            wait_for_jobs(run, f"{len(left)} volumes are still on {pool.name}.", is_progress=is_progress)
        discs = pool_maintenance.told_of_discs(pool)
        if discs:
            # For as long as their owners take: whoever starts an instance must not throw all of it back. Operators
            # see who they are, and may abort it.
            wait_for_jobs(run, discs, is_progress=True)


class CloseDown(Step):
    """Rows only."""

    name = "finish"
    label = "Put the pool into maintenance"

    def record(self, run: Run, result: None) -> None:
        """Nothing lies there, and nothing comes."""
        pool = _pool(run)
        pool_maintenance.forget_discs(pool)
        states.POOL.move(pool, "emptied")
        records.completed(run.job.caller, "MAINT.PREPARE.PS", About.of(pool), job_uuid=run.job.uuid)


@workflow
class EvacuatePool(Workflow):
    """From up to maintenance; aborted or failed it is up again, with what has not moved still on it."""

    kind = "pool.evacuate"
    queue = "housekeeping"
    label = "Emptying the storage pool"
    steps: ClassVar = (MoveAway, CloseDown)
    action = actions.EVACUATE_POOL

    def failed(self, run: Run) -> None:
        """It takes volumes again."""
        pool = _pool(run)
        if pool.state == states.EVACUATING:
            states.POOL.move(pool, "stay")

    def retry(self, run: Run) -> None:
        """As a new evacuation of what is left."""
        pool_maintenance.close(_pool(run))


def _begin(run: Run, caller: Caller, volume: Volume) -> None:
    try:
        with transaction.atomic():
            one = pool_maintenance.fate_of(volume, {})
            if one.pool is None:
                raise Conflict(f"The volume {volume.name} can go nowhere: {one.reason}")
            volume_copies.submit_move(caller, volume, one.pool, one.instance)
    except Busy as refusal:
        # Another job has its instance; the next look finds it free.
        run.say(f"{volume.name}: {refusal.detail}", level="warning")


def _demand_hope(run: Run, volume: Volume) -> None:
    failed = Job.objects.filter(
        subject_uuid=volume.uuid,
        kind="volume.move",
        state=job_states.FAILED,
        created_at__gte=run.job.created_at,
    )
    if failed.aggregate(times=models.Count("pk"))["times"] >= MOST_FAILURES:
        raise Conflict(
            f"The volume {volume.name} could not be moved after {MOST_FAILURES} tries. See its own jobs why; "
            "empty the pool again when that is dealt with."
        )


def _pool(run: Run) -> Pool:
    return Pool.objects.select_related("zone", "host", "cluster").get(uuid=run.subject_uuid)
