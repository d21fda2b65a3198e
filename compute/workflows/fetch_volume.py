"""Filling a new volume with an image that comes from outside."""

from typing import ClassVar

from django.db import transaction

from cloudportal.core.errors import InvalidInput
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.drivers.errors import NotThere
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute.workflows.clone_volume import volume_of
from storage import arrivals, images, inspection, states, store, template_work, volume_work
from storage.amounts import readable, whole_sectors
from storage.drivers.contract import VolumeFacts
from storage.filling import copied, image_on
from storage.inspection import Inspected
from storage.models import VolumeArrival
from storage.store import Received
from storage.workflows import create_volume


class Receive(Step):
    """The image waits under the volume's uuid until it is shelved."""

    name = "receive"
    label = "Copy and inspect the image"

    def act(self, run: Run) -> tuple[Received, Inspected]:
        """Checksum and size of the image, and the disk in it."""
        volume = volume_of(run)
        received = arrivals.bring(run, volume, steps=len(FetchVolume.steps))
        found = inspection.inspect(store.incoming_path(volume.uuid), format=_arrival(run).format)
        if whole_sectors(found.virtual_size_bytes) > volume.size_bytes:
            raise InvalidInput.of(
                "size_gib",
                f"The disk in the image has {readable(found.virtual_size_bytes)} and does not fit the volume of "
                f"{readable(volume.size_bytes)}. Create a larger one.",
            )
        return received, found

    def record(self, run: Run, result: tuple[Received, Inspected]) -> None:
        """From now on the store knows that somebody wants this image."""
        received, found = result
        _arrivals(run).update(
            checksum=received.checksum,
            size_bytes=received.size_bytes,
            virtual_size_bytes=found.virtual_size_bytes,
        )

    def undo(self, run: Run) -> None:
        """Nothing that came in is left."""
        arrivals.discard(run)

    def record_undo(self, run: Run, result: None) -> None:
        """Nobody wants the image for this volume."""
        _arrivals(run).update(checksum="")


class Shelve(Step):
    """The image gets its name by content, by which pools know it."""

    name = "shelve"
    label = "Put the image into the store"

    def act(self, run: Run) -> None:
        """The image is in its place."""
        store.shelve(run.subject_uuid, _arrival(run).checksum)
        arrivals.discard(run)

    def undo(self, run: Run) -> None:
        """The image is gone, unless something else has it. Taken up late nobody knows what it was, and housekeeping
        clears it.
        """
        arrival = _arrivals(run).first()
        if arrival is not None:
            _clear_store(arrival)


class ChoosePool(create_volume.ChoosePool):
    """As for every volume, but that one without its content is nothing."""

    def record_undo(self, run: Run, result: None) -> None:
        """The place is free again; taken up late, the volume is nothing any more: it has been given up as an error."""
        forget = volume_work.record_removed if run.was_given_up else volume_work.record_unmade
        forget(run, volume_of(run))


class Fill(Step):
    """Done again, the volume is filled anew."""

    name = "fill"
    label = "Fill the volume"

    def act(self, run: Run) -> VolumeFacts:
        """The volume as the pool has it: whole, and leaning on no image."""
        volume, arrival = volume_of(run), _arrival(run)
        pool = volume_work.pool_of(volume)
        images.ensure_copy(arrival, pool, copier=run.job.uuid, beat=run.check_lease)
        try:
            source = image_on(pool, arrival)
        except NotThere:
            # Somebody took the image from the pool behind our back.
            images.forget_copy(arrival, pool)
            images.ensure_copy(arrival, pool, copier=run.job.uuid, beat=run.check_lease)
            source = image_on(pool, arrival)
        return copied(run, volume, pool, source, steps=len(FetchVolume.steps))

    def record(self, run: Run, result: VolumeFacts) -> None:
        """The volume is ready and metered."""
        volume_work.record_volume(run, volume_of(run), result)

    def undo(self, run: Run) -> None:
        """The pool does not have it. It is in doubt first: aborted after it was filled, it would pass for ready."""
        with transaction.atomic():
            volume_work.record_doubt(run, volume_of(run))
        volume_work.remove_volume(run, volume_of(run))


class Clear(Step):
    """What lies on the pool is cleared there with all that nothing needs any more."""

    name = "clear"
    label = "Remove the image from the store"

    def act(self, run: Run) -> None:
        """The store keeps the image for others only."""
        _clear_store(_arrival(run))

    def record(self, run: Run, result: None) -> None:
        """Nobody wants the image for this volume."""
        _arrivals(run).delete()


@workflow
class FetchVolume(Workflow):
    """From a wish to a volume that is ready, or to nothing."""

    kind = "volume.fetch"
    queue = "storage"
    label = "Bringing the volume in"
    steps: ClassVar = (Receive, Shelve, ChoosePool, Fill, Clear)

    def failed(self, run: Run) -> None:
        """A volume without its content would be taken for one, so nothing is kept; what is stuck stays in sight."""
        volume = volume_of(run)
        VolumeArrival.objects.filter(volume=volume).delete()
        if volume.state == states.ALLOCATED:
            volume_work.record_removed(run, volume)
        elif volume.state == states.CREATING:
            states.VOLUME.move(volume, "delete")
            states.VOLUME.move(volume, "failed")


def _arrivals(run: Run) -> ScopedQuerySet[VolumeArrival]:
    """Its arrival, or none once the job has been given up."""
    return VolumeArrival.objects.filter(volume__uuid=run.subject_uuid)


def _arrival(run: Run) -> VolumeArrival:
    return _arrivals(run).get()


def _clear_store(arrival: VolumeArrival) -> None:
    checksum = arrival.checksum
    if checksum:
        store.remove(checksum, is_wanted=lambda: template_work.is_wanted(checksum, but_for=arrival))
