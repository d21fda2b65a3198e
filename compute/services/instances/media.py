"""CD drives of instances: an ISO goes in, and comes out again."""

from uuid import UUID

from django.db import IntegrityError, transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, WrongState
from cloudportal.events import records
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject
from compute import actions
from compute.models import AttachedIso, Instance
from compute.services.instances import terms
from compute.services.instances.holding import held_with
from compute.services.instances.power import root_volume
from compute.topology.abilities import can
from storage import pool_choice
from storage import queries as storage
from storage import states as storage_states
from storage.models import Template


@transaction.atomic
def attach(caller: Caller, instance: Instance, iso: UUID | str) -> Job:
    """The job that puts the ISO into the instance's drive, at once where it runs, else when it is started next.

    Raises NotFound for an ISO that is not the caller's to use, InvalidInput, WrongState, Busy, and Conflict where
    another one is in the drive, or the pool of the root disk, where it would lie too, takes nothing new.
    """
    actions.ATTACH_ISO.check(caller, instance)
    template = ready_iso(caller, iso)
    _demand_able(instance)
    root = root_volume(instance)
    if root is not None:
        pool_choice.demand_open(root)
    put_in(instance, template)
    when = "at once" if instance.host is not None else "when it is started next"
    plans.note(
        "attach", f"Puts {template.name} into the drive of {instance.name}; it sees it {when}.", noun="ISO"
    )
    return _submit(caller, instance, template, "instance.attach-iso")


@transaction.atomic
def detach(caller: Caller, instance: Instance) -> Job:
    """The job that takes the ISO out of the instance's drive, whether the guest still reads it or not.

    Raises WrongState, Busy, and Conflict for an empty drive.
    """
    actions.DETACH_ISO.check(caller, instance)
    found = AttachedIso.objects.filter(instance=instance).select_related("template").first()
    if found is None:
        raise Conflict(f"There is no ISO in the drive of {instance.name}.")
    _demand_able(instance)
    plans.note("detach", f"Takes {found.template.name} out of the drive of {instance.name}.", noun="ISO")
    return _submit(caller, instance, found.template, "instance.detach-iso")


def ready_iso(caller: Caller, uuid: UUID | str) -> Template:
    """An ISO that the caller may use now. Raises NotFound, InvalidInput for a template, WrongState."""
    template = storage.template_for(caller, uuid)
    if not template.is_iso:
        raise InvalidInput.of("iso", f"{template.name} is no ISO but a template. Choose an ISO.")
    # The row is locked so that the ISO's deletion and this see each other.
    template = Template.objects.select_for_update().get(pk=template.pk)
    if template.state != storage_states.READY:
        raise WrongState(noun="ISO", state=template.state, action="attach it", needed=storage_states.READY)
    return template


def put_in(instance: Instance, template: Template) -> AttachedIso:
    """The row that says so. Raises Conflict where the drive is taken."""
    try:
        with transaction.atomic():
            return AttachedIso.objects.create(instance=instance, template=template)
    except IntegrityError as error:
        raise Conflict(
            f"There is an ISO in the drive of {instance.name} already. Detach it first."
        ) from error


def _submit(caller: Caller, instance: Instance, template: Template, kind: str) -> Job:
    job = jobs.submit(
        caller,
        kind,
        Subject.of(instance),
        {"template": str(template.uuid)},
        owner=instance.account.owner,
        holds=held_with(instance),
    )
    event = {"instance.attach-iso": "ISO.ATTACH", "instance.detach-iso": "ISO.DETACH"}[kind]
    after = {"iso": template.name}
    records.record(caller, event, terms.about(instance), after=after, stage="started", job_uuid=job.uuid)
    return job


def _demand_able(instance: Instance) -> None:
    if instance.host is not None and not can(instance.host, "ChangesMedia"):
        raise Conflict(
            f"The kind of host that {instance.name} runs on has no CD drives that can be changed. Stop the instance "
            "first."
        )
