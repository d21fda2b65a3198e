"""Filling volumes with what lies elsewhere, volumes or images: whole copies, which lean on nothing."""

from collections.abc import Callable

from cloudportal.drivers.errors import NotThere, Unsupported
from cloudportal.jobs.run import Run
from compute.topology.models import Host
from storage.amounts import whole_sectors
from storage.connections import ready_pool
from storage.drivers.contract import CopiesVolumes, StorageDriver, VolumeFacts, VolumeFormat, VolumeSpec
from storage.images import COPY_SECONDS, Image, image_id_of
from storage.models import FAT, SPARSE, Pool, Volume
from storage.watching import watched


def copied(
    run: Run, volume: Volume, pool: Pool, source: VolumeFacts, *, steps: int, host: Host | None = None
) -> VolumeFacts:
    """A copy of the source on the pool, under the volume's uuid and with its size, made while progress is shown."""
    spec = spec_of(volume, size_bytes=max(volume.size_bytes, source.size_bytes))
    with (
        ready_pool(pool, host=host, timeout_seconds=COPY_SECONDS) as driver,
        ready_pool(pool, host=host) as eye,
    ):
        copies = _copies_volumes(driver)
        return watched(
            run, lambda: copies.copy_volume(spec, source), _share_of(eye, spec, source), steps=steps
        )


def spec_of(volume: Volume, *, size_bytes: int | None = None) -> VolumeSpec:
    """The volume as a pool is asked for it, leaning on no image."""
    return VolumeSpec(
        uuid=volume.uuid,
        size_bytes=size_bytes or volume.size_bytes,
        format=_format(volume.format),
        provisioning="fat"
        if volume.provisioning == FAT
        else "sparse"
        if volume.provisioning == SPARSE
        else "thin",
    )


def image_on(pool: Pool, image: Image, *, host: Host | None = None) -> VolumeFacts:
    """The image, complete on the pool, as something that the pool can copy. Raises NotThere."""
    image_id = image_id_of(image.checksum)
    with ready_pool(pool, host=host) as driver:
        return VolumeFacts(
            uuid=image_id,
            locator=driver.image_locator(image_id),
            size_bytes=whole_sectors(image.virtual_size_bytes),
            allocated_bytes=image.size_bytes,
            format=_format(image.format),
        )


def _format(name: str) -> VolumeFormat:
    return "raw" if name == "raw" else "qcow2"


def _copies_volumes(driver: StorageDriver) -> CopiesVolumes:
    if not isinstance(driver, CopiesVolumes):
        raise Unsupported(detail=f"the driver {driver.name} cannot copy volumes")
    return driver


def _share_of(eye: StorageDriver, spec: VolumeSpec, source: VolumeFacts) -> Callable[[], float]:
    def share() -> float:
        try:
            return eye.volume(spec.uuid).allocated_bytes / max(source.allocated_bytes, 1)
        except NotThere:
            return 0.0

    return share
