"""Starting, stopping and rebooting instances."""

from typing import Any
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject
from compute import actions, states
from compute.configuration import STOP_TIMEOUT
from compute.models import Instance
from compute.services.instances import terms
from compute.services.instances.chosen_host import arguments_for, chosen_host
from compute.services.instances.foresight import foresee_placement
from compute.services.instances.holding import held_with
from compute.services.instances.lease_terms import demand_current
from storage.models import Volume
from tenants.queries import settings_value
from tenants.services.standing import require_enabled


@transaction.atomic
def start(caller: Caller, instance: Instance, *, host: UUID | str | None = None) -> Job:
    """The job that runs the instance: where it ran last if it can, or on no other host than `host`, which root
    administrators may choose.

    Raises WrongState for another state or a locked account, NoRoom where no host could take it now, Busy, and for the
    host InvalidInput and NotFound.
    """
    actions.START.check(caller, instance)
    require_enabled(instance.account)
    demand_current(instance)
    states.INSTANCE.move(instance, "start")
    pinned = chosen_host(caller, instance.zone, host)
    foresee_placement(caller, instance, root_volume(instance), pinned)
    where = f" on the host {pinned.name}" if pinned else ""
    plans.note("start", f"Starts the instance {instance.name}{where}.", noun="instance")
    return submit(caller, instance, "instance.start", "VM.START", **arguments_for(pinned))


@transaction.atomic
def stop(
    caller: Caller,
    instance: Instance,
    *,
    force: bool = False,
    timeout_seconds: int | None = None,
    cut_power: bool = True,
) -> Job:
    """The job that stops the instance: it is asked to shut down, and its power is cut when it does not in time.

    `timeout_seconds` is how long that is, by default as the setting says. Without `cut_power` an instance that does
    not shut down goes on running, and the job fails. With `force` its power is cut at once. Raises WrongState, Busy,
    InvalidInput.
    """
    actions.STOP.check(caller, instance)
    arguments = shut_down_arguments(
        instance, force=force, timeout_seconds=timeout_seconds, cut_power=cut_power
    )
    states.INSTANCE.move(instance, "stop")
    how = "Cuts the power of" if force else "Shuts down"
    plans.note("stop", f"{how} the instance {instance.name}.", noun="instance", **arguments)
    return submit(caller, instance, "instance.stop", "VM.STOP", **arguments)


@transaction.atomic
def reboot(
    caller: Caller,
    instance: Instance,
    *,
    force: bool = False,
    timeout_seconds: int | None = None,
    cut_power: bool = True,
) -> Job:
    """The job that shuts the instance down, as `stop` does, and starts it again on the same host."""
    actions.REBOOT.check(caller, instance)
    require_enabled(instance.account)
    arguments = shut_down_arguments(
        instance, force=force, timeout_seconds=timeout_seconds, cut_power=cut_power
    )
    states.INSTANCE.move(instance, "reboot")
    plans.note("reboot", f"Reboots the instance {instance.name}.", noun="instance", **arguments)
    return submit(caller, instance, "instance.reboot", "VM.REBOOT", **arguments)


def submit(caller: Caller, instance: Instance, kind: str, event_type: str, **arguments: object) -> Job:
    """The job of this kind on the instance, and the event that says that it is wanted."""
    job = jobs.submit(
        caller,
        kind,
        Subject.of(instance),
        arguments,
        owner=instance.account.owner,
        holds=held_with(instance),
    )
    records.record(caller, event_type, terms.about(instance), stage="started", job_uuid=job.uuid)
    return job


def shut_down_arguments(
    instance: Instance, *, force: bool, timeout_seconds: int | None = None, cut_power: bool = True
) -> dict[str, Any]:
    """How long a job that stops the instance waits for it, whether it asks at all, and what it does when that is over.

    Raises InvalidInput for a time that no setting could have either.
    """
    if timeout_seconds is None:
        timeout_seconds = settings_value("instance.stop_timeout", zone_uuid=instance.zone.uuid)
    least, most = STOP_TIMEOUT.minimum or 0, STOP_TIMEOUT.maximum or 0
    if not least <= timeout_seconds <= most:
        raise InvalidInput.of("timeout_seconds", f"Choose {least:g} to {most:g} seconds.")
    return {"force": force, "timeout_seconds": timeout_seconds, "cut_power": cut_power}


def root_volume(instance: Instance) -> Volume | None:
    """The volume that it boots from."""
    first = instance.attachments.select_related("volume__pool").filter(device_index=0).first()
    return first.volume if first else None
