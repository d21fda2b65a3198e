"""Removing everything that accounts own, kind by kind, through jobs of the rooms that it belongs to.

Nothing here can be taken back: undoing leaves what is gone gone, and what is left in place. Whoever asks again goes on
from there.
"""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import QuerySet
from django.db.models.deletion import ProtectedError, RestrictedError

from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, Conflict, WrongState
from cloudportal.drivers.errors import DriverError
from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Job
from cloudportal.jobs.queries import open_jobs_on
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step
from tenants.authentication import system_caller
from tenants.models import Account
from tenants.services import departures
from tenants.services.departures import Holdings

# Rows that are begun in one look. Enough to keep all workers busy, and a look stays short.
AT_ONCE = 100
# Jobs on the same thing that failed since this one began, after which we no longer ask.
MOST_FAILURES = 3


class StillLeaving(DriverError):
    """Jobs are at work on what has to go first: look again later."""

    is_retryable = True
    code = "still-leaving"


class RemoveHoldings(Step, ABC):
    """Begins to remove what is there, and looks again until nothing is."""

    name = "remove-holdings"
    label = "Remove what is owned"

    @abstractmethod
    def accounts(self, run: Run) -> QuerySet[Account]:
        """The accounts whose things go."""

    def act(self, run: Run) -> None:
        """Looks at each kind in its order; the next waits until nothing of the former is left."""
        kinds = departures.all_holdings()
        caller = caller_of_job(run.job)
        for number, holdings in enumerate(kinds):
            run.check_lease()
            _remove_some(run, caller, holdings, self.accounts(run))
            run.show_progress((number + 1) / len(kinds), steps=2)


def bury(accounts: QuerySet[Account]) -> None:
    """Deletes what of the accounts' things is history. Part of the transaction that deletes the accounts' rows."""
    for holdings in departures.all_holdings():
        if holdings.bury is not None:
            holdings.bury(accounts)


def require_nothing_left(accounts: QuerySet[Account]) -> None:
    """Raises StillLeaving where something came up since the last look."""
    for holdings in departures.all_holdings():
        left = holdings.of(accounts).count()
        if left:
            raise StillLeaving(f"{left} {holdings.name} are left.")


def delete_rows(rows: QuerySet[Any]) -> None:
    """Deletes the rows. Raises Conflict where others still stand on them."""
    try:
        rows.delete()
    except (ProtectedError, RestrictedError) as error:
        held_by = sorted({str(one._meta.verbose_name_plural) for one in _standing(error)})
        raise Conflict(
            f"Something still belongs here: {', '.join(held_by)}. Nothing was deleted; delete it again to go on."
        ) from error


def caller_of_job(job: Job) -> Caller:
    """The portal itself, in the name of whoever asked for the job: they may be gone or demoted by now, and what they
    were allowed to ask for is allowed to be finished.
    """
    asked = job.caller
    return replace(
        system_caller(),
        user_name=asked.get("user_name") or "system",
        source_address=asked.get("source_address", ""),
        door=asked.get("door", ""),
    )


def _remove_some(run: Run, caller: Caller, holdings: Holdings, accounts: QuerySet[Account]) -> None:
    """Has the removal of rows begun that nobody works on. Raises StillLeaving unless all are gone then."""
    some = list(holdings.of(accounts)[:AT_ONCE])
    if not some:
        return
    uuids = [row.uuid for row in some]
    busy, failures = open_jobs_on(uuids), _failures(run, uuids)
    for row in some:
        if row.uuid not in busy and failures.get(row.uuid, 0) >= MOST_FAILURES:
            raise _stuck(holdings, row)
        if row.uuid not in busy:
            _remove(run, caller, holdings, row)
    left = holdings.of(accounts).count()
    if left:
        wait_for_jobs(
            run, f"{left} {holdings.name} are still being removed.", is_progress=bool(open_jobs_on(uuids))
        )


def _remove(run: Run, caller: Caller, holdings: Holdings, row: Any) -> None:
    try:
        with transaction.atomic():
            holdings.remove(caller, row)
    except (Busy, WrongState) as refusal:
        # Another job has it, or is about to leave it in a state from which it can be removed.
        run.say(f"{row}: {refusal.detail}", level="warning", for_operators=True)


def _failures(run: Run, uuids: list[Any]) -> dict[Any, int]:
    failed = Job.objects.filter(
        subject_uuid__in=uuids, state=job_states.FAILED, created_at__gte=run.job.created_at
    )
    return dict(failed.order_by().values_list("subject_uuid").annotate(models.Count("pk")))


def _stuck(holdings: Holdings, row: Any) -> Conflict:
    return Conflict(
        f"{row} ({holdings.name}) could not be removed after {MOST_FAILURES} tries. See its own jobs for the reason; "
        "when that is dealt with, delete this again to go on."
    )


def wait_for_jobs(run: Run, sentence: str, *, is_progress: bool) -> None:
    """Has the step looked at again later. Raises StillLeaving, always."""
    # The runner turns back after so many tries of one step. Waiting for jobs that are at work is no try in vain.
    if is_progress:
        run.job.step_tries = min(run.job.step_tries, settings.JOB_STEP_TRIES - 2)
    raise StillLeaving(sentence)


def _standing(error: ProtectedError | RestrictedError) -> set[Any]:
    return error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
