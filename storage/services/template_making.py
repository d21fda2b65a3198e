"""Templates made of what a tenant has already: a snapshot, or a volume."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import WrongState
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from storage import actions, guards, origins, states
from storage.models import Snapshot, Template, Volume
from storage.services.registration import checked
from storage.services.snapshots import copied_from, demand_ready
from tenants.models import Account
from tenants.services import limits
from tenants.services.limits import Resource


@dataclass(frozen=True, kw_only=True)
class NewTemplate:
    """How a template is called and what it holds. Without an `os_type` it has that of what it is made of."""

    name: str
    description: str = ""
    os_type: str = ""


@transaction.atomic
def of_snapshot(caller: Caller, snapshot: Snapshot, values: NewTemplate) -> tuple[Template, Job]:
    """A private template of the caller's account with the snapshot's image. Raises WrongState, LimitReached, Busy."""
    actions.CREATE_TEMPLATE.permit(caller)
    actions.USE_SNAPSHOT.check(caller, snapshot)
    # Locked, so that its deletion and this promise see each other.
    state = Snapshot.objects.select_for_update().get(pk=snapshot.pk).state
    if state != states.READY:
        raise WrongState(noun="snapshot", state=state, action="make a template of it", needed=states.READY)
    template = _template(caller, values, of=f"snapshot {snapshot.name}", os_type=snapshot.os_type)
    _carry_on(template, snapshot)
    arguments = {"snapshot": str(snapshot.uuid)}
    holds = [hold_of(template), hold_of(snapshot)]
    return template, jobs.submit(caller, "template.adopt", Subject.of(template), arguments, holds=holds)


@transaction.atomic
def of_volume(caller: Caller, volume: Volume, values: NewTemplate) -> tuple[Template, Job]:
    """A private template of the caller's account, and the job that copies the volume as it is then.

    Raises WrongState, Conflict, LimitReached, Busy.
    """
    actions.CREATE_TEMPLATE.permit(caller)
    actions.TAKE_SNAPSHOT.permit(caller)
    demand_ready(volume, "make a template of it")
    guards.demand_allowed(volume, "make a template of")
    os_type = volume.template.os_type if volume.template else ""
    template = _template(caller, values, of=f"volume {volume.name}", os_type=os_type)
    _carry_on(template, volume)
    arguments = {**copied_from(volume), "is_quiet": True}
    holds = [hold_of(template), hold_of(volume)]
    return template, jobs.submit(caller, "template.make", Subject.of(template), arguments, holds=holds)


def _template(caller: Caller, values: NewTemplate, *, of: str, os_type: str) -> Template:
    words = checked(
        {"name": values.name, "description": values.description, "os_type": values.os_type or os_type}
    )
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    limits.reserve(account, {Resource.TEMPLATES: 1})
    template = Template.objects.create(account=account, format="qcow2", **words)
    about = About.of(template, account.owner)
    records.record(caller, "TEMPLATE.CREATE", about, after={**_told(words), "of": of}, stage="scheduled")
    plans.note("create", f"Makes the template {template.name} of the {of}.", noun="template")
    return template


def _carry_on(template: Template, thing: Snapshot | Volume) -> None:
    """What may not be taken out of the one may not be taken out of the other."""
    template.origin = origins.origin_of(thing)
    template.save(update_fields=["origin"])


def _told(words: dict[str, Any]) -> dict[str, Any]:
    # Which OS type it is follows from what the system is called.
    return {name: value for name, value in words.items() if name != "system"}
