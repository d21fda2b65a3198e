"""Regular work of storage: watching pools, and clearing away images that nothing needs any more."""

import logging
import time
from datetime import timedelta

from django.db import transaction

from cloudportal.core import clock
from cloudportal.drivers.errors import DriverError, NotThere, Refused
from cloudportal.events import alerts
from cloudportal.events.records import About
from compute.topology.connections import ASK_SECONDS
from compute.topology.driver_settings import needs_host
from storage import parts, states, store, template_work
from storage.amounts import readable
from storage.connections import ready_pool, storage_driver
from storage.drivers.contract import PoolFacts
from storage.images import image_id_of
from storage.models import Download, Pool, Template, TemplateCopy, Upload
from storage.pool_choice import FULL_PERCENT, PROMISED_PERCENT, promisable_bytes, promised_bytes
from storage.services import uploads
from storage.services.pools import UNREACHABLE_ALERT, alert_key
from tenants.queries.settings import settings_value

DAMAGED_ALERT = "image-damaged"
FULL_ALERT = "storage-pool-full"
PROMISED_ALERT = "storage-pool-promised"
# As for hosts: one lost packet must not raise an alert.
SILENT_ROUNDS = 3
# A call about a mount whose server is silent ends for us, but keeps one of libvirt's 20 workers for as long as that
# lasts. When all are kept, the host does nothing else either.
SPARING_ROUNDS = 10
# A file that was shelved so long ago and still has no template belongs to nobody.
ORPHAN_SECONDS = 24 * 3600

log = logging.getLogger(__name__)


def watch() -> int:
    """Asks every pool for fresh figures; returns how many answered."""
    pools = Pool.objects.exclude(state=states.CONNECTING).select_related("host", "cluster")
    return sum(_watch(pool) for pool in pools)


def clear_images() -> int:
    """Takes images from pools that no volume stands on and no template has, or that were not used for as long as the
    setting says, and from the store what no template has; returns how many went.
    """
    copies = TemplateCopy.objects.filter(is_complete=True).select_related("pool__host")
    needless = [one for one in copies if _is_needless(one) and _is_bare(one)]
    return sum(_try_to_remove(one) for one in needless) + sum(_clear(one) for one in store.checksums())


def verify_image() -> int:
    """Reads one image of the store, another one each hour, and tells the operators where it is damaged; returns how
    many were sound.
    """
    checksums = store.checksums()
    if not checksums:
        return 0
    checksum = checksums[int(clock.now().timestamp() // 3600) % len(checksums)]
    if store.is_sound(checksum):
        alerts.clear_alert(DAMAGED_ALERT, checksum)
        return 1
    sentence = (
        f"The image {checksum[:12]}… in the store is damaged: its bytes are not what they were. Put a sound copy in "
        "its place, or delete the templates that have it and register them again."
    )
    names = (
        Template.objects.filter(checksum=checksum)
        .exclude(state=states.DELETED)
        .values_list("name", flat=True)
    )
    alerts.raise_alert(DAMAGED_ALERT, checksum, sentence, detail=f"Templates: {', '.join(names)}")
    return 0


def clear_uploads() -> int:
    """Ends uploads whose time is over, and clears away pieces that belong to no upload; returns how many went."""
    late = Upload.objects.filter(finished_at=None, expires_at__lte=clock.now())
    for upload in late:
        uploads.abandon(upload)
    # An upload that was handed over keeps its pieces until its job has taken them.
    Upload.objects.filter(finished_at__lt=clock.now() - timedelta(seconds=ORPHAN_SECONDS)).delete()
    Download.objects.filter(expires_at__lt=clock.now()).delete()
    owners = parts.owners()
    kept = set(Upload.objects.filter(uuid__in=owners).values_list("uuid", flat=True))
    gone = [one for one in owners if one not in kept]
    for owner in gone:
        parts.discard(owner)
    return len(gone)


def remove_copy(copy: TemplateCopy) -> bool:
    """The pool does not have the image, or keeps it because volumes stand on it; True when it is gone.

    Touches the outside world. Raises the driver's errors but those that say that it is needed.
    """
    if not _is_bare(copy):
        return False
    with ready_pool(copy.pool) as driver:
        try:
            driver.remove_image(image_id_of(copy.checksum))
        except Refused:
            return False
    copy.delete()
    return True


def _is_needless(copy: TemplateCopy) -> bool:
    if not template_work.is_wanted(copy.checksum):
        return True
    kept = timedelta(seconds=settings_value("image.copy_kept"))
    return copy.used_at is not None and copy.used_at < clock.now() - kept


def _is_bare(copy: TemplateCopy) -> bool:
    return not template_work.is_stood_on(copy.checksum, copy.pool)


def _try_to_remove(copy: TemplateCopy) -> bool:
    try:
        return remove_copy(copy)
    except DriverError as error:
        log.info("The image %s stays on %s for now: %s", copy.checksum[:12], copy.pool, error)
        return False


def _clear(checksum: str) -> bool:
    path = store.path_of(checksum)
    try:
        age_seconds = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return False
    if age_seconds < ORPHAN_SECONDS or template_work.is_wanted(checksum):
        return False
    store.remove(checksum, is_wanted=lambda: template_work.is_wanted(checksum))
    return not path.exists()


def _watch(pool: Pool) -> bool:
    if _is_spared(pool):
        Pool.objects.filter(pk=pool.pk).update(silent_rounds=pool.silent_rounds + 1)
        return False
    # Of several hosts the one that is asked may be new to it; of one alone, that it is gone there is news.
    opened = ready_pool if pool.host_id is None else storage_driver
    try:
        with opened(pool, timeout_seconds=ASK_SECONDS) as driver:
            facts = driver.pool_facts()
    except DriverError as error:
        _silent(pool, error)
        return False
    _answered(pool, facts)
    return True


def _is_spared(pool: Pool) -> bool:
    """True where an answer has not come for long and asking would cost the pool's hosts too much."""
    is_shared = pool.host_id is None and needs_host("storage", pool.driver, pool)
    return is_shared and pool.silent_rounds > SILENT_ROUNDS and pool.silent_rounds % SPARING_ROUNDS > 0


def _answered(pool: Pool, facts: PoolFacts) -> None:
    with transaction.atomic():
        Pool.objects.filter(pk=pool.pk).update(
            capacity_bytes=facts.capacity_bytes,
            used_bytes=facts.used_bytes,
            seen_at=clock.now(),
            silent_rounds=0,
        )
        alerts.clear_alert(UNREACHABLE_ALERT, alert_key(pool))
        _tell_written(pool, facts)
        _tell_promised(Pool.objects.get(pk=pool.pk))


def _tell_written(pool: Pool, facts: PoolFacts) -> None:
    if facts.used_bytes * 100 <= facts.capacity_bytes * FULL_PERCENT:
        alerts.clear_alert(FULL_ALERT, alert_key(pool))
        return
    sentence = (
        f"The storage pool {pool.name} is more than {FULL_PERCENT} % full and takes no new volumes. "
        "Add space or another pool, or delete volumes."
    )
    alerts.raise_alert(FULL_ALERT, alert_key(pool), sentence, about=About.of(pool))


def _tell_promised(pool: Pool) -> None:
    promised, most = promised_bytes(pool), promisable_bytes(pool)
    if promised * 100 <= most * PROMISED_PERCENT:
        alerts.clear_alert(PROMISED_ALERT, alert_key(pool))
        return
    sentence = (
        f"More than {PROMISED_PERCENT} % of what the storage pool {pool.name} may promise to volumes is promised. "
        "Volumes that do not fit into the rest will be refused there. Add space or another pool, move volumes away, "
        "or let it promise more."
    )
    detail = f"{readable(promised)} of {readable(most)}"
    alerts.raise_alert(PROMISED_ALERT, alert_key(pool), sentence, about=About.of(pool), detail=detail)


def _silent(pool: Pool, error: DriverError) -> None:
    rounds = pool.silent_rounds + 1
    Pool.objects.filter(pk=pool.pk).update(silent_rounds=rounds)
    if rounds < SILENT_ROUNDS or pool.state != states.UP:
        return
    what = "is gone from its host" if isinstance(error, NotThere) else "does not answer"
    sentence = (
        f"The storage pool {pool.name} {what}, so nothing can be made or deleted there. "
        "Check it and its host; disable it to keep new volumes away, and reconnect it when it is repaired."
    )
    alerts.raise_alert(UNREACHABLE_ALERT, alert_key(pool), sentence, about=About.of(pool), detail=f"{error}")
