"""What jobs work on, found again as it is now: others may have come to own it since a job was submitted."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps

from cloudportal.core.caller import Caller
from cloudportal.core.errors import WrongState
from cloudportal.core.scoping import OwnedBy, ScopedModel
from cloudportal.jobs.models import Job
from cloudportal.jobs.workflows import workflow_for


def demand_in_reach(caller: Caller, job: Job) -> None:
    """Returns where the caller may see everything that the job works on, as far as it is there. Raises NotFound."""
    for model, uuid in _things(job):
        rows: Any = model.objects
        if rows.filter(uuid=uuid).exists():
            rows.for_caller(caller).one(uuid)


def demand_same_owner(job: Job) -> None:
    """Returns where everything that the job changes still belongs to the account for which it was submitted.

    Raises WrongState where something has another owner: what one owner wanted, the next never asked for.
    """
    reads = workflow_for(job.kind).reads
    for model, uuid in _things(job):
        scope = model.scope
        # An account is its own, whoever deletes it.
        if not isinstance(scope, OwnedBy) or scope.account == "id":
            continue
        if model._meta.label_lower in reads and uuid != job.subject_uuid:
            continue
        rows: Any = model.objects
        row = rows.filter(uuid=uuid).exclude(**{scope.owner_uuid: job.account_uuid}).first()
        if row is not None:
            raise WrongState(
                f"{row} has another owner since this job was begun, so it cannot be tried again as it was. Start the "
                "action anew from the thing itself."
            )


def _things(job: Job) -> Iterator[tuple[type[ScopedModel], UUID]]:
    """The kinds and uuids of its subject and of what it had to itself, once each."""
    found = dict.fromkeys(_held(job))
    subject = _called(job.subject_type)
    if subject is not None and job.subject_uuid is not None:
        found[subject, job.subject_uuid] = None
    yield from found


def _held(job: Job) -> Iterator[tuple[type[ScopedModel], UUID]]:
    for thing in job.message_values.get("held", ()):
        label, _, uuid = thing.partition(":")
        for model in _models():
            if model._meta.label_lower == label:
                yield model, UUID(uuid)


def _called(name: str) -> type[ScopedModel] | None:
    return next((model for model in _models() if str(model._meta.verbose_name) == name), None)


def _models() -> list[type[ScopedModel]]:
    return [model for model in apps.get_models() if issubclass(model, ScopedModel)]
