"""Destroying instances, recovering them while that is possible, and expunging them for good."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound, WrongState
from cloudportal.events import records
from cloudportal.jobs.models import Job
from compute import actions, states
from compute.models import Instance
from compute.services.instances import lease_terms, terms, wiring
from compute.services.instances.holding import demand_free
from compute.services.instances.power import root_volume, shut_down_arguments, submit
from storage import states as storage_states
from storage.actions import DELETE_VOLUME
from storage.amounts import readable
from storage.models import Volume


@transaction.atomic
def destroy(
    caller: Caller,
    instance: Instance,
    *,
    expunge: bool = False,
    force: bool = False,
    delete_volumes: Sequence[UUID | str] = (),
    with_volumes: bool = False,
) -> Job:
    """The job that stops the instance and puts it aside; it can be recovered until it is expunged.

    With `expunge` the same job goes on and removes it and its root disk for good. Its data volumes are set free when
    it is expunged, but for `delete_volumes`, or all of them `with_volumes`, which are deleted then. Raises NotFound,
    Busy, and WrongState, also for a protected one.
    """
    actions.DESTROY.check(caller, instance)
    demand_unprotected(instance)
    if expunge:
        actions.EXPUNGE.permit(caller)
    # What was chosen for a destroying that failed was not chosen for this one.
    instance.attachments.update(goes_too=False)
    _choose_volumes(caller, instance, delete_volumes, with_all=with_volumes)
    states.INSTANCE.move(instance, "destroy")
    plans.note("destroy", f"Stops the instance {instance.name} and puts it aside.", noun="instance")
    arguments = shut_down_arguments(instance, force=force)
    if not expunge:
        return submit(caller, instance, "instance.destroy", "VM.DESTROY", **arguments)
    _note_expunging(instance)
    return submit(caller, instance, "instance.expunge", "VM.DESTROY", **arguments)


@transaction.atomic
def recover(caller: Caller, instance: Instance) -> Instance:
    """A destroyed instance is stopped and its owner's again, counted and metered as before.

    Raises WrongState when its disk is gone or the account is locked, LimitReached, NoRoom for want of an address.
    """
    actions.RECOVER.check(caller, instance)
    demand_free(instance)
    volume = root_volume(instance)
    if volume is None or volume.state not in (storage_states.ALLOCATED, storage_states.READY):
        raise WrongState(
            f"The root disk of {instance.name} is gone, so it cannot be recovered. Expunge what is left of it."
        )
    terms.reserve(instance.account, instance.cpus, instance.memory_mib)
    instance.attachments.update(goes_too=False)
    states.INSTANCE.move(instance, "recover", destroyed_at=None)
    lease_terms.let_be(instance)
    wiring.take_addresses(caller, instance)
    terms.start_allocated(instance)
    records.record(caller, "VM.RECOVER", terms.about(instance))
    plans.note("recover", f"Recovers the instance {instance.name}; it is stopped then.", noun="instance")
    return instance


@transaction.atomic
def expunge(
    caller: Caller,
    instance: Instance,
    *,
    delete_volumes: Sequence[UUID | str] = (),
    with_volumes: bool = False,
) -> Job:
    """The job that removes a destroyed or failed instance for good, with its root disk and the data volumes that were
    chosen now or as it was destroyed; others are set free. Raises NotFound, WrongState, Busy.
    """
    actions.EXPUNGE.check(caller, instance)
    demand_unprotected(instance)
    _choose_volumes(caller, instance, delete_volumes, with_all=with_volumes)
    states.INSTANCE.move(instance, "expunge")
    _note_expunging(instance)
    arguments = shut_down_arguments(instance, force=True)
    return submit(caller, instance, "instance.expunge", "VM.EXPUNGE", **arguments)


def _choose_volumes(
    caller: Caller, instance: Instance, uuids: Sequence[UUID | str], *, with_all: bool
) -> None:
    """The named data volumes, or all of them, go when the instance is expunged. Raises NotFound for one that it has
    not.
    """
    data = instance.attachments.filter(volume__kind=Volume.DATA).select_related("volume")
    chosen = [one for one in data if with_all or str(one.volume.uuid) in {str(uuid) for uuid in uuids}]
    unknown = {str(uuid) for uuid in uuids} - {str(one.volume.uuid) for one in chosen}
    if unknown:
        raise NotFound(noun="volume", uuid=min(unknown))
    if not chosen:
        return
    DELETE_VOLUME.permit(caller)
    instance.attachments.filter(pk__in=[one.pk for one in chosen]).update(goes_too=True)
    names = ", ".join(one.volume.name for one in chosen)
    plans.note("volumes", f"Deletes the data volumes {names} when it is expunged.", noun="volume")


def demand_unprotected(instance: Instance) -> None:
    """Returns while the instance may be destroyed. Looks at the database, not at the row in hand. Raises WrongState."""
    if Instance.objects.filter(pk=instance.pk, is_protected=True).exists():
        raise WrongState(
            f"The instance {instance.name} is protected from being destroyed. Edit it and take the protection off "
            "first."
        )


def _note_expunging(instance: Instance) -> None:
    volume = root_volume(instance)
    size = f" of {readable(volume.size_bytes)}" if volume else ""
    plans.note(
        "expunge",
        f"Removes the instance {instance.name}, its root disk{size} and its addresses for good.",
        noun="instance",
    )
