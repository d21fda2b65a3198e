"""Uploads: a ticket for one file, the file piece by piece, and what becomes of it when it is whole."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotFound, NotSignedIn
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.models import Job
from storage import parts
from storage.models import Upload
from tenants.authentication import caller_of, users_with_account
from tenants.models import Account
from tenants.queries.settings import settings_value


@dataclass(frozen=True)
class Receiver:
    """What is done with the files of one purpose, by the service that they are for.

    `accept(caller, upload)` runs in the transaction that closes the ticket, and submits the job that takes the file
    from `storage.parts`; the workflow discards it there. `abandon(upload)` runs when the ticket expired before the
    file was whole.
    """

    accept: Callable[[Caller, Upload], Job]
    abandon: Callable[[Upload], None]


@dataclass(frozen=True)
class Ticket:
    """An upload, and the secret that is shown this once."""

    upload: Upload
    secret: str


_receivers: dict[str, Receiver] = {}


def receive(purpose: str, receiver: Receiver) -> None:
    """Registers who takes the files of this purpose."""
    if _receivers.setdefault(purpose, receiver) != receiver:
        raise ValueError(f"Two receivers claim uploads of {purpose}.")


def open_for(
    caller: Caller, purpose: str, subject: Any, *, limit_bytes: int, expected_bytes: int | None = None
) -> Ticket:
    """A ticket for one file for the subject, of at most so many bytes. Tickets that it had before end.

    For services, in their transaction: they check and count. Raises InvalidInput for a size past the limit.
    """
    if expected_bytes is not None and not 0 < expected_bytes <= limit_bytes:
        raise InvalidInput.of("size_bytes", f"Between 1 and {limit_bytes} bytes can be uploaded.")
    close_of(subject.uuid)
    secret = secrets.token_urlsafe(32)
    upload = Upload.objects.create(
        account_id=caller.owner.account_id,
        user_id=caller.user_id,
        purpose=purpose,
        subject_uuid=subject.uuid,
        subject_name=subject.name,
        token_hash=digest(secret),
        expires_at=clock.now() + timedelta(seconds=settings_value("upload.lifetime")),
        limit_bytes=limit_bytes,
        expected_bytes=expected_bytes,
    )
    about = About.of(subject, subject.account.owner)
    records.record(caller, f"{purpose.upper()}.UPLOAD", about, stage="scheduled")
    return Ticket(upload, secret)


def close_of(subject_uuid: UUID) -> None:
    """The subject takes no file any more. What came of one is cleared away by housekeeping."""
    Upload.objects.filter(subject_uuid=subject_uuid, finished_at=None).delete()


def upload_with(uuid: UUID | str, secret: str) -> Upload:
    """The upload that this secret is the ticket of. Raises NotFound, the same for a wrong one, an old and none."""
    found = Upload.objects.filter(uuid=uuid, finished_at=None, expires_at__gt=clock.now()).first()
    if found is None or not hmac.compare_digest(found.token_hash, digest(secret)):
        raise NotFound(noun="upload", uuid=uuid)
    return found


def append(upload: Upload, body: parts.Readable, *, offset: int) -> int:
    """The body is the file's next piece; returns how far the file has come. See `parts.append`. Never call it inside a
    transaction.
    """
    received = parts.append(upload.uuid, body, offset=offset, limit_bytes=most_bytes(upload))
    prolong(upload)
    return received


def restart(upload: Upload) -> None:
    """Nothing of the file is there: it is sent anew from its beginning."""
    parts.discard(upload.uuid)


def prolong(upload: Upload) -> None:
    """The ticket is good for its full time again: whoever sends a large file may take long."""
    until = clock.now() + timedelta(seconds=settings_value("upload.lifetime"))
    Upload.objects.filter(pk=upload.pk, finished_at=None).update(expires_at=until)


def received_bytes(upload: Upload) -> int:
    """How far the file has come."""
    return parts.received_bytes(upload.uuid)


def most_bytes(upload: Upload) -> int:
    """How large the file may be: as was said, else as is allowed."""
    return upload.limit_bytes if upload.expected_bytes is None else upload.expected_bytes


def is_whole(upload: Upload) -> bool:
    """True where as much is there as was said to come."""
    return upload.expected_bytes is not None and parts.received_bytes(upload.uuid) == upload.expected_bytes


@transaction.atomic
def finish(upload: Upload, *, address: str = "") -> Job:
    """The ticket is used up, and the job that takes the file is submitted, in the name of whoever opened the ticket.

    Raises InvalidInput for a file that is not whole, NotFound where somebody else finished it, NotSignedIn where that
    user may not sign in any more.
    """
    received = parts.received_bytes(upload.uuid)
    if not received or (upload.expected_bytes or received) != received:
        raise InvalidInput.of(
            "file", f"{received} of {upload.expected_bytes or 'some'} bytes are there. Send the rest first."
        )
    if not Upload.objects.filter(pk=upload.pk, finished_at=None).update(finished_at=clock.now()):
        raise NotFound(noun="upload", uuid=upload.uuid)
    return _receivers[upload.purpose].accept(_sender(upload, address), upload)


@transaction.atomic
def abandon(upload: Upload) -> None:
    """The ticket expired before the file was whole: its subject is told, and the ticket goes."""
    if Upload.objects.filter(pk=upload.pk, finished_at=None, expires_at__lte=clock.now()).delete()[0]:
        _receivers[upload.purpose].abandon(upload)


def digest(secret: str) -> str:
    """What is kept of a ticket's secret, which is long and random and so needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _sender(upload: Upload, address: str) -> Caller:
    user = users_with_account().filter(pk=upload.user_id).first()
    if user is None or not user.is_active:
        raise NotSignedIn()
    account = Account.objects.select_related("domain").get(pk=upload.account_id)
    return replace(caller_of(user, door="upload", address=address, credential="ticket"), owner=account.owner)
