"""ISOs of instances as workflows need them: copied to where the host reads them, and in the drive."""

from dataclasses import dataclass

from cloudportal.core.errors import Conflict
from cloudportal.drivers.errors import NotThere, Unsupported
from cloudportal.jobs.run import Run
from compute.drivers.contract import ComputeDriver
from compute.drivers.media import ChangesMedia, MediaSpec
from compute.models import AttachedIso, Instance
from compute.topology.models import Host
from storage import images
from storage.connections import ready_pool
from storage.models import Pool


@dataclass(frozen=True)
class Copied:
    """Where an ISO lies for the host."""

    pool: Pool
    locator: str


def iso_of(instance: Instance) -> AttachedIso | None:
    """What is, or is to be, in the instance's drive."""
    rows = AttachedIso.objects.filter(instance=instance)
    return rows.select_related("template__account__domain", "pool__host").first()


def ensure_copy(run: Run, instance: Instance, host: Host) -> Copied | None:
    """The instance's ISO lies on the pool of its root disk, which the host reaches; None where it has none.

    May be repeated. Driver errors; LostLease.
    """
    found = iso_of(instance)
    if found is None:
        return None
    pool = _pool_of(instance)
    template = found.template
    images.ensure_copy(template, pool, copier=run.job.uuid, host=host, beat=run.check_lease)
    image_id = images.image_id_of(template.checksum)
    with ready_pool(pool, host=host) as driver:
        try:
            return Copied(pool, driver.image_locator(image_id))
        except NotThere:
            pass
    # Somebody took it from the pool behind our back.
    images.forget_copy(template, pool)
    images.ensure_copy(template, pool, copier=run.job.uuid, host=host, beat=run.check_lease)
    with ready_pool(pool, host=host) as driver:
        return Copied(pool, driver.image_locator(image_id))


def record_copy(instance: Instance, copied: Copied | None) -> None:
    """Where the ISO lies. Rows only."""
    if copied is not None:
        AttachedIso.objects.filter(instance=instance).update(pool=copied.pool, locator=copied.locator)


def spec_of(instance: Instance) -> MediaSpec | None:
    """What the guest is to have in its drive; nothing before it lies where the host reads it."""
    found = AttachedIso.objects.filter(instance=instance).exclude(locator="").first()
    return MediaSpec(locator=found.locator) if found else None


def changes_media(driver: ComputeDriver) -> ChangesMedia:
    """The same driver as one that changes what is in drives. Raises Unsupported."""
    if not isinstance(driver, ChangesMedia):
        raise Unsupported(detail=f"the driver {driver.name} has no CD drives that can be changed")
    return driver


def _pool_of(instance: Instance) -> Pool:
    first = instance.attachments.select_related("volume__pool__host").order_by("device_index").first()
    if first is None or first.volume.pool is None:
        raise Conflict("The instance has no disk yet, so there is no place for its ISO.")
    return first.volume.pool
