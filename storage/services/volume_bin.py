"""Volumes that are put aside: destroyed, recovered while that is possible, and deleted when their time is over."""

from datetime import timedelta

from django.db import transaction

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, Conflict, WrongState
from cloudportal.events import meters, records
from cloudportal.events.records import About
from cloudportal.jobs.queries import failed_lately
from cloudportal.jobs.services import is_held
from storage import actions, states, volume_work
from storage.models import Volume
from storage.services import volumes
from tenants.queries import asked_once, settings_value
from tenants.services import limits

# Begun in one round; the next round goes on.
AT_ONCE = 100
# A deletion that failed is tried again this much later, so that a broken pool does not make a job a minute.
AGAIN_AFTER = timedelta(hours=1)


@transaction.atomic
def destroy(caller: Caller, volume: Volume) -> Volume:
    """The volume is put aside: it counts and is metered no longer, keeps its place, and can be recovered for a while.

    Raises WrongState, Busy while a job has it, and Conflict while an instance has it.
    """
    actions.DESTROY_VOLUME.check(caller, volume)
    if is_held(volume):
        raise Busy(noun=volume.name)
    states.VOLUME.move(volume, "destroy", destroyed_at=clock.now())
    # After the move, which keeps others from attaching it: whoever was quicker is seen now.
    if Volume.objects.exclude(held_by=None).filter(pk=volume.pk).exists():
        raise Conflict(
            f"The volume {volume.name} is attached to an instance. Detach it first, or expunge the instance."
        )
    limits.release(volume.account, volume_work.amounts_of(volume))
    meters.stop(meters.VOLUME, volume, volume.account.owner)
    records.record(caller, "VOLUME.DESTROY", _about(volume))
    kept = timedelta(seconds=settings_value("volume.expunge_delay", account=volume.account))
    plans.note(
        "destroy",
        f"Puts the volume {volume.name} aside. It can be recovered for {_words(kept)} and is deleted then.",
        noun="volume",
    )
    return volume


@transaction.atomic
def recover(caller: Caller, volume: Volume) -> Volume:
    """A destroyed volume is its owner's again, counted and metered as before. Raises WrongState, LimitReached, Busy."""
    actions.RECOVER_VOLUME.check(caller, volume)
    if is_held(volume):
        raise Busy(noun=volume.name)
    limits.reserve(volume.account, volume_work.amounts_of(volume))
    states.VOLUME.move(volume, "recover", destroyed_at=None)
    volume_work.start_meter(volume)
    records.record(caller, "VOLUME.RECOVER", _about(volume))
    plans.note("recover", f"Recovers the volume {volume.name}.", noun="volume")
    return volume


def delete_due(caller: Caller) -> int:
    """Begins to delete what was destroyed longer ago than its account keeps it; returns how many."""
    moment = clock.now()
    delay_seconds = asked_once("volume.expunge_delay")
    begun = 0
    # One that could not be deleted is an error by now.
    rows = Volume.objects.filter(state__in=(states.DESTROYED, states.ERROR)).exclude(destroyed_at=None)
    rows = rows.exclude(uuid__in=failed_lately("volume.delete", within=AGAIN_AFTER))
    for volume in rows.select_related("account__domain").order_by("destroyed_at").iterator():
        if begun == AT_ONCE:
            break
        since = volume.destroyed_at
        if since and since + timedelta(seconds=delay_seconds(volume.account_id)) <= moment:
            begun += _begun(caller, volume)
    return begun


def _begun(caller: Caller, volume: Volume) -> bool:
    try:
        with transaction.atomic():
            volumes.delete(caller, volume)
    except (Busy, WrongState):
        # A job has it, or its owner has just recovered it.
        return False
    return True


def _about(volume: Volume) -> About:
    return About.of(volume, volume.account.owner)


def _words(kept: timedelta) -> str:
    hours = kept.total_seconds() / 3600
    return f"{hours:g} hours" if hours >= 1 else f"{kept.total_seconds() / 60:g} minutes"
