"""Data volumes that come in from outside: from an address on the web, or sent by whoever makes them."""

from dataclasses import dataclass

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from storage import actions, fetches, states
from storage.amounts import readable
from storage.drivers.contract import FORMATS
from storage.models import Upload, Volume, VolumeArrival
from storage.services import uploads, volumes
from storage.services.uploads import Receiver, Ticket
from storage.services.volumes import NewVolume
from tenants.authentication import system_caller


@dataclass(frozen=True, kw_only=True)
class NewArrival(NewVolume):
    """A volume that gets its content of an image, which must fit its size. `format` is what the image is; it is never
    guessed. `checksum` is what its publisher says of it, as in `sha256:…`.
    """

    format: str
    checksum: str = ""


@dataclass(frozen=True, kw_only=True)
class VolumeFile(NewArrival):
    """A volume whose image lies on the web."""

    url: str


@dataclass(frozen=True, kw_only=True)
class VolumeUpload(NewArrival):
    """A volume whose image will be sent; with `size_bytes` it is taken as soon as so much is there."""

    size_bytes: int | None = None


@transaction.atomic
def fetch(caller: Caller, values: VolumeFile) -> tuple[Volume, Job]:
    """A data volume, and the job that fetches its image, inspects it and fills the volume.

    Nothing is sent to the address before the job runs, and then only where it may be fetched from. Raises NotFound for
    a zone or offering that the caller may not use, InvalidInput, LimitReached. A job that fails keeps nothing.
    """
    actions.CREATE_VOLUME.permit(caller)
    url = fetches.checked_url(values.url)
    volume, arrival = _made(caller, values)
    plans.note("create", f"Creates the volume {volume.name} with what is fetched from {url}.", noun="volume")
    arguments = {"url": url, "checksum": arrival.expected_checksum}
    job = jobs.submit(caller, "volume.fetch", Subject.of(volume), arguments, holds=[hold_of(volume)])
    return volume, job


@transaction.atomic
def upload(caller: Caller, values: VolumeUpload) -> tuple[Volume, Ticket]:
    """A data volume that waits for its image, and the ticket to send it with. Raises as `fetch` does."""
    actions.CREATE_VOLUME.permit(caller)
    volume, _ = _made(caller, values)
    states.VOLUME.move(volume, "await")
    plans.note("create", f"Makes the volume {volume.name}, which then waits for its image.", noun="volume")
    return volume, _ticket(caller, volume, values.size_bytes)


@transaction.atomic
def upload_again(caller: Caller, volume: Volume, *, size_bytes: int | None = None) -> Ticket:
    """A new ticket for a volume that waits for its image. Older tickets end. Raises WrongState, InvalidInput."""
    actions.UPLOAD_VOLUME.check(caller, volume)
    plans.note("upload", f"Lets the image of the volume {volume.name} be sent.", noun="volume")
    return _ticket(caller, volume, size_bytes)


def _made(caller: Caller, values: NewArrival) -> tuple[Volume, VolumeArrival]:
    if values.format not in FORMATS:
        raise InvalidInput.of("format", f"Choose one of {', '.join(FORMATS)}.")
    checksum = fetches.checked_checksum(values.checksum)
    volume = volumes.allocate_data(caller, values)
    arrival = VolumeArrival.objects.create(volume=volume, format=values.format, expected_checksum=checksum)
    return volume, arrival


def _ticket(caller: Caller, volume: Volume, size_bytes: int | None) -> Ticket:
    limit = fetches.largest_bytes(volume.account)
    return uploads.open_for(caller, "volume", volume, limit_bytes=limit, expected_bytes=size_bytes)


def _accept(caller: Caller, upload: Upload) -> Job:
    volume = Volume.objects.select_related("account__domain", "arrival").get(uuid=upload.subject_uuid)
    states.VOLUME.move(volume, "receive")
    size_bytes = uploads.received_bytes(upload)
    plans.note("upload", f"Takes {readable(size_bytes)} for the volume {volume.name}.", noun="volume")
    arguments = {"upload": str(upload.uuid), "checksum": volume.arrival.expected_checksum}
    holds, owner = [hold_of(volume)], volume.account.owner
    return jobs.submit(caller, "volume.fetch", Subject.of(volume), arguments, owner=owner, holds=holds)


def _abandon(upload: Upload) -> None:
    rows = Volume.objects.filter(uuid=upload.subject_uuid, state=states.UPLOADING)
    volume = rows.select_related("account__domain").first()
    if volume is not None:
        volumes.delete(system_caller(), volume)


uploads.receive("volume", Receiver(_accept, _abandon))
