"""Reinstalling instances: a root disk made anew from a template, while everything else stays."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, WrongState
from cloudportal.events import records
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute import actions, states
from compute.models import AttachedIso, Instance
from compute.services.guest_data import template_links
from compute.services.instances import terms
from compute.services.instances.holding import held_with, lock
from compute.services.instances.power import root_volume, shut_down_arguments
from storage import guards, pool_choice
from storage import queries as storage
from storage import states as storage_states
from storage.amounts import readable
from storage.models import Template, Volume
from storage.services import volumes


@dataclass(frozen=True, kw_only=True)
class ReinstallValues:
    """From which template, by uuid; without one from that which the instance has."""

    template: UUID | str | None = None


@transaction.atomic
def reinstall(
    caller: Caller, instance: Instance, values: ReinstallValues | None = None, *, force: bool = False
) -> Job:
    """The job that gives the instance a new root disk. One that runs is shut down first and runs again afterwards.

    The old disk is deleted once the new one is there; until then both count. Name, size, addresses and data disks
    stay. From an ISO, which must be in its drive, the new disk is empty. Raises NotFound, InvalidInput, WrongState,
    LimitReached, Busy, and Conflict where snapshots lie in the old disk.
    """
    actions.REINSTALL.check(caller, instance)
    lock(instance)
    actions.REINSTALL.check(caller, instance)
    template = _template(caller, instance, values or ReinstallValues())
    old = root_volume(instance)
    if old is None:
        raise WrongState(f"The instance {instance.name} has no root disk that could be made anew.")
    guards.demand_allowed(old, "reinstall")
    pool_choice.demand_open(old)
    _inherit(instance, template)
    new = _new_root(caller, instance, template, old)
    was_running = instance.state == states.RUNNING
    if was_running:
        states.INSTANCE.move(instance, "reinstall")
    plans.note(
        "reinstall",
        f"Makes the root disk of {instance.name} anew from {template.name}. All of the {readable(old.size_bytes)} that "
        "it has now is lost.",
        noun="instance",
        template=str(template.uuid),
    )
    return _submit(caller, instance, template, old, new, **shut_down_arguments(instance, force=force))


def _template(caller: Caller, instance: Instance, values: ReinstallValues) -> Template:
    uuid = values.template or (instance.template.uuid if instance.template else None)
    if uuid is None:
        raise InvalidInput.of("template", "Say from which template: the instance was not made from one.")
    template = storage.template_for(caller, uuid)
    if template.is_iso:
        _demand_in_drive(instance, template)
    if instance.memory_mib < template.minimum_memory_mib:
        raise InvalidInput.of(
            "template",
            f"{template.name} needs {template.minimum_memory_mib} MiB of memory and {instance.name} has "
            f"{instance.memory_mib}. Resize it first.",
        )
    return template


def _demand_in_drive(instance: Instance, iso: Template) -> None:
    """Returns where the instance would start from the ISO. Raises InvalidInput."""
    if not iso.is_bootable:
        raise InvalidInput.of("template", f"{iso.name} is an ISO that no machine can start from.")
    if not AttachedIso.objects.filter(instance=instance, template=iso).exists():
        raise InvalidInput.of(
            "template",
            f"{iso.name} is not in the drive of {instance.name}, which would have nothing to start from. Attach it "
            "first, or choose a template.",
        )


def _inherit(instance: Instance, template: Template) -> None:
    """Another template tells the instance what it has to tell; its own has told it already."""
    linked = template_links.linked_to(template) if template.pk != instance.template_id else None
    if linked is not None:
        template_links.demand_taken(template, linked.policy, instance.guest_text, field="template")
        template_links.inherit(instance, template, linked, {})
    elif template.pk != instance.template_id:
        template_links.forget(instance, template)


def _new_root(caller: Caller, instance: Instance, template: Template, old: Volume) -> Volume:
    """As large as the old one where the template fits into that, and held by the instance before it is attached."""
    new = volumes.allocate_root(
        replace(caller, owner=instance.account.owner),
        instance.zone,
        template,
        name=old.name,
        size_bytes=max(old.size_bytes, 0 if template.is_iso else template.virtual_size_bytes),
        provisioning=old.provisioning,
    )
    new.offering, new.held_by = old.offering, instance.uuid
    new.save(update_fields=["offering", "held_by"])
    return new


def _submit(
    caller: Caller, instance: Instance, template: Template, old: Volume, new: Volume, **arguments: object
) -> Job:
    is_made = old.state == storage_states.READY
    # The disks do not tell: one for an ISO begins as nothing.
    templates = {
        "old_template": str(instance.template.uuid) if instance.template else None,
        "new_template": str(template.uuid),
    }
    job = jobs.submit(
        caller,
        "instance.reinstall",
        Subject.of(instance),
        {**arguments, **templates, "old": str(old.uuid), "new": str(new.uuid), "is_made": is_made},
        owner=instance.account.owner,
        holds=[*held_with(instance), hold_of(new)],
    )
    records.record(caller, "VM.RESTORE", terms.about(instance), stage="started", job_uuid=job.uuid)
    return job
