"""The ways to find instances, sizes and drift."""

from typing import Any, cast
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Subquery

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Job
from compute import actions, states
from compute.models import Instance, Nic, SecondaryAddress, ServiceOffering, VolumeAttachment
from compute.placement.funnel import redacted
from compute.topology.models import Zone


def instances_for(caller: Caller, *, with_expunged: bool = False) -> ScopedQuerySet[Instance]:
    """The caller's instances, newest first, with all that a list shows in a fixed number of queries.

    Each has `nics` with `network` and `address`, `attachments` with `volume`, and what is being done to it as
    `open_job_uuid`, `open_job_kind` and `open_job_progress`, null while nothing is.
    """
    actions.READ.permit(caller)
    rows = Instance.objects.for_caller(caller)
    if not with_expunged:
        rows = rows.exclude(state=states.EXPUNGED)
    return with_everything(rows)


def instance_for(caller: Caller, uuid: UUID | str) -> Instance:
    """One of the caller's instances, expunged or not, as `instances_for` gives them. Raises NotFound."""
    return instances_for(caller, with_expunged=True).one(uuid)


def with_everything(rows: ScopedQuerySet[Instance]) -> ScopedQuerySet[Instance]:
    """The same instances with their neighbours, for lists and for work on one of them."""
    open_job = Job.objects.filter(subject_uuid=OuterRef("uuid"), state__in=job_states.OPEN).order_by("-id")
    secondary = SecondaryAddress.objects.select_related("address").order_by("address__number")
    nics = Nic.objects.select_related("network", "address").order_by("device_index")
    nics = nics.prefetch_related(Prefetch("secondary_addresses", secondary), "groups")
    attachments = VolumeAttachment.objects.select_related("volume__pool").order_by("device_index")
    with_neighbours = rows.select_related(
        "account__domain", "zone", "template", "offering", "host", "last_host", "lease", "iso__template"
    )
    with_neighbours = with_neighbours.prefetch_related(Prefetch("nics", nics))
    with_neighbours = with_neighbours.prefetch_related(Prefetch("attachments", attachments))
    with_neighbours = with_neighbours.prefetch_related("affinity_groups")
    return cast(
        "ScopedQuerySet[Instance]",
        with_neighbours.annotate(
            open_job_uuid=Subquery(open_job.values("uuid")[:1]),
            open_job_kind=Subquery(open_job.values("kind")[:1]),
            open_job_progress=Subquery(open_job.values("progress")[:1]),
        ),
    )


def offerings_for(caller: Caller) -> ScopedQuerySet[ServiceOffering]:
    """The sizes that the caller may choose, smallest first, with the zones that the caller may see and, for root
    admins, the domains that they are bound to. Root admins see closed ones too.
    """
    actions.READ_OFFERING.permit(caller)
    rows = ServiceOffering.objects.for_caller(caller)
    return rows.prefetch_related("domains", Prefetch("zones", Zone.objects.for_caller(caller)))


def offering_for(caller: Caller, uuid: UUID | str) -> ServiceOffering:
    """One of them. Raises NotFound."""
    return offerings_for(caller).one(uuid)


def drifting_for(caller: Caller) -> ScopedQuerySet[Instance]:
    """Instances that are not on their host as the rows say, seen so twice; `drift` says how."""
    actions.READ_DRIFT.permit(caller)
    return with_everything(Instance.objects.for_caller(caller).filter(drift__has_key="confirmed_at"))


def drifting_instance_for(caller: Caller, uuid: UUID | str) -> Instance:
    """One of them. Raises NotFound."""
    return drifting_for(caller).one(uuid)


def funnel_for(caller: Caller, job: Job) -> dict[str, Any] | None:
    """How a host was found for the job's instance: in full for root admins, without hosts and figures for others.

    None where the job has not come so far, or places nothing. The job is one of the caller's own (`jobs.queries`).
    """
    kept = job.notes.get("funnel")
    if kept is None:
        return None
    return cast("dict[str, Any]", kept) if caller.is_root_admin else redacted(kept)
