"""What workflows do with volumes: making them on a pool and taking them away, for storage's own jobs and others'.

Functions that touch the outside world (`ensure_*`, `remove_volume`) belong in a step's `act` or `undo`; the others
write rows only and belong in `record` or `record_undo`. All bear being done again. Whoever works on a volume
holds it (`jobs.services.hold_of(volume)`), so that nobody else moves it meanwhile.

Making: `choose_pool` → `ensure_image_on_pool` → `ensure_volume` → `record_volume`.
Turning back: `remove_volume` → `record_unmade`. Deleting for good: `remove_volume` → `record_removed`.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cloudportal.core import clock
from cloudportal.core.errors import NoRoom
from cloudportal.drivers.errors import NotThere
from cloudportal.events import meters, records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from compute.topology.models import Host
from storage import filling, images, pool_choice, states
from storage.amounts import gib_of, readable
from storage.connections import ready_pool
from storage.drivers.contract import VolumeFacts
from storage.models import THIN, DiskOffering, Pool, TemplateCopy, Volume
from storage.pool_choice import Need
from tenants.services import limits
from tenants.services.limits import Resource

log = logging.getLogger(__name__)


def choose_pool(run: Run, volume: Volume, *, host: Host | None = None, tags: Iterable[str] = ()) -> Pool:
    """The volume has its place promised on a pool that `host` reaches, and is being created. Rows only.

    A volume that has a pool keeps it. `tags` are those that a pool must have beside its offering's. Raises NoRoom
    with the funnel's counts; `funnel_for` has the full reasons.
    """
    volume.refresh_from_db()
    if volume.pool is not None:
        _begin(volume)
        return volume.pool
    funnel = funnel_for(volume, host=host, tags=tags)
    for pool in funnel.pools:
        if pool_choice.claim(pool, volume.size_bytes, is_whole=volume.is_whole):
            Volume.objects.filter(pk=volume.pk).update(pool=pool)
            volume.pool = pool
            _begin(volume)
            run.say(f"The volume {volume.name} goes to the pool {pool.name}.", for_operators=True)
            return pool
    log.warning("No pool for the volume %s: %s", volume.uuid, funnel.reasons)
    reason = f"No storage in reach has {readable(volume.size_bytes)} left for the volume {volume.name}."
    raise NoRoom(reason=reason, funnel=funnel.counts)


def promise_place(run: Run, volume: Volume, pool: Pool) -> None:
    """As `choose_pool`, on this pool and no other. Rows only. Raises NoRoom."""
    volume.refresh_from_db()
    if volume.pool is None:
        if not pool_choice.claim(pool, volume.size_bytes, is_whole=volume.is_whole):
            raise NoRoom(
                reason=f"The storage that it lies on has no {readable(volume.size_bytes)} left beside what is there."
            )
        Volume.objects.filter(pk=volume.pk).update(pool=pool)
        volume.pool = pool
    _begin(volume)


def funnel_for(volume: Volume, *, host: Host | None = None, tags: Iterable[str] = ()) -> pool_choice.Funnel:
    """The pools that could take the volume and why the others could not; `reasons` is for operators."""
    return pool_choice.narrow(Need.of(volume, tags=tags, host=host))


def ensure_image_on_pool(run: Run, volume: Volume, *, host: Host | None = None) -> None:
    """The image that the volume starts from is on its pool; at once for volumes without a template.

    Writes the shared TemplateCopy row by itself, as other jobs wait for it. Driver errors; LostLease.
    """
    if volume.image is None:
        return
    images.ensure_copy(volume.image, pool_of(volume), copier=run.job.uuid, host=host, beat=run.check_lease)


def ensure_volume(run: Run, volume: Volume, *, host: Host | None = None, steps: int = 1) -> VolumeFacts:
    """The volume exists on its pool as its row says; its content is left alone when it did already.

    One that begins as an image and is not thin is a whole copy of it, made anew each time until it is recorded: nothing
    may use it before. `steps` is how many the job has, for the progress of that.
    """
    pool, image = pool_of(volume), volume.image
    try:
        return _made(run, volume, pool, host, steps)
    except NotThere:
        if image is None:
            raise
    # Somebody took the image from the pool behind our back.
    images.forget_copy(image, pool)
    ensure_image_on_pool(run, volume, host=host)
    return _made(run, volume, pool, host, steps)


def _made(run: Run, volume: Volume, pool: Pool, host: Host | None, steps: int) -> VolumeFacts:
    image = volume.image
    if image is not None and volume.provisioning != THIN:
        return filling.copied(
            run, volume, pool, filling.image_on(pool, image, host=host), steps=steps, host=host
        )
    spec = filling.spec_of(volume)
    with ready_pool(pool, host=host) as driver:
        return driver.ensure_volume(
            replace(spec, base_image=images.image_id_of(image.checksum)) if image else spec
        )


def record_volume(run: Run, volume: Volume, facts: VolumeFacts) -> None:
    """The volume is ready, has its locator, and is metered from now on. Rows only."""
    volume.refresh_from_db()
    if volume.state == states.READY:
        return
    states.VOLUME.move(volume, "created", locator=facts.locator, format=facts.format)
    owner = volume.account.owner
    start_meter(volume)
    if volume.image is not None:
        TemplateCopy.objects.filter(checksum=volume.image.checksum, pool=volume.pool).update(
            used_at=clock.now()
        )
    records.completed(run.job.caller, "VOLUME.CREATE", About.of(volume, owner), job_uuid=run.job.uuid)


def amounts_of(volume: Volume) -> dict[Resource, int]:
    """What the volume takes of its owner's limits."""
    return {Resource.VOLUMES: 1, Resource.PRIMARY_STORAGE_GIB: gib_of(volume.size_bytes)}


def start_meter(volume: Volume, *, at: datetime | None = None) -> None:
    """From now on (or from `at`) the volume counts, with its size as it is. Rows only."""
    quantities = {"size_bytes": volume.size_bytes, "kind": volume.kind}
    if volume.offering is not None:
        quantities["offering"] = volume.offering.name
    meters.start(meters.VOLUME, volume, volume.account.owner, quantities, zone_uuid=volume.zone.uuid, at=at)


def record_size(run: Run, volume: Volume, size_bytes: int, offering: DiskOffering | None) -> None:
    """The volume has this size and offering, and is metered so from now on. Rows only; its pool has promised it."""
    volume.size_bytes, volume.offering = size_bytes, offering
    volume.save(update_fields=["size_bytes", "offering"])
    if volume.state == states.READY:
        # One moment for both, or what lies between them would be nobody's.
        moment = clock.now()
        meters.stop(meters.VOLUME, volume, volume.account.owner, at=moment)
        start_meter(volume, at=moment)
    about = About.of(volume, volume.account.owner)
    records.completed(run.job.caller, "VOLUME.RESIZE", about, job_uuid=run.job.uuid)


def replace_volume(run: Run, volume: Volume) -> VolumeFacts:
    """The volume is made anew of its image; what was on it is gone. May be repeated, with the same end."""
    remove_volume(run, volume)
    return ensure_volume(run, volume)


def remove_volume(run: Run, volume: Volume, *, host: Host | None = None) -> None:
    """The pool does not have the volume. Succeeds when there is none, or no pool.

    Whatever has it attached must be gone first; a pool that can tell raises Busy or Refused.
    """
    if volume.pool is None:
        return
    run.check_lease()
    with ready_pool(volume.pool, host=host) as driver:
        driver.remove_volume(volume.uuid)


def record_doubt(run: Run, volume: Volume) -> None:
    """The volume counts as one that is being made, on the pool where it is: it is about to be removed, and until that
    is known nobody takes it for ready. Rows only, in a transaction.
    """
    volume.refresh_from_db()
    if volume.state == states.READY:
        meters.stop(meters.VOLUME, volume, volume.account.owner)
        states.VOLUME.move(volume, "unmake")
        _begin(volume)


def record_unmade(run: Run, volume: Volume) -> None:
    """The volume is only a wish again: no pool, no locator, no meter. Its limits stay counted. Rows only."""
    volume.refresh_from_db()
    event = {states.CREATING: "failed", states.READY: "unmake"}.get(volume.state)
    if event is None:
        return
    if volume.state == states.READY:
        meters.stop(meters.VOLUME, volume, volume.account.owner)
    _leave_pool(volume)
    states.VOLUME.move(volume, event, locator="")


def record_removed(run: Run, volume: Volume) -> None:
    """The volume is deleted: its place, its limits and its meter end. Rows only; in any state but deleted."""
    volume.refresh_from_db()
    if volume.state == states.DELETED:
        return
    if volume.state != states.DELETING:
        states.VOLUME.move(volume, "delete")
    _leave_pool(volume)
    states.VOLUME.move(volume, "deleted", locator="", held_by=None, deleted_at=clock.now())
    account = volume.account
    if volume.destroyed_at is None:
        limits.release(account, amounts_of(volume))
    meters.stop(meters.VOLUME, volume, account.owner)
    records.completed(run.job.caller, "VOLUME.DELETE", About.of(volume, account.owner), job_uuid=run.job.uuid)


def _begin(volume: Volume) -> None:
    if volume.state == states.ALLOCATED:
        states.VOLUME.move(volume, "create")


def _leave_pool(volume: Volume) -> None:
    pool = volume.pool
    # Guarded, so that the same bytes are given back once.
    if pool is not None and Volume.objects.filter(pk=volume.pk, pool=pool).update(pool=None):
        pool_choice.release(pool, volume.size_bytes, is_whole=volume.is_whole)
        volume.pool = None


def pool_of(volume: Volume) -> Pool:
    """Where the volume lies. Raises LookupError for one that has no place yet."""
    if volume.pool is None:
        raise LookupError(f"The volume {volume.uuid} has no pool yet.")
    return volume.pool
