"""Downloads: a link to one file, good for a while."""

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound
from cloudportal.events import records
from cloudportal.events.records import About
from storage.models import Download
from storage.services.uploads import digest
from tenants.queries.settings import settings_value

# Where the file of a download lies now, or None when it is gone.
Find = Callable[[Download], Path | None]

_finders: dict[str, Find] = {}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Link:
    """A download, and the secret part of its address that is shown this once."""

    download: Download
    secret: str


def offer(purpose: str, find: Find) -> None:
    """Registers where the files of this purpose lie."""
    if _finders.setdefault(purpose, find) is not find:
        raise ValueError(f"Two rooms offer downloads of {purpose}.")


def open_for(
    caller: Caller, purpose: str, subject: Any, *, extension: str, is_single_use: bool = False
) -> Link:
    """A link to the subject's file. For services, in their transaction: they check."""
    secret = secrets.token_urlsafe(32)
    download = Download.objects.create(
        account_id=caller.owner.account_id,
        user_id=caller.user_id,
        purpose=purpose,
        subject_uuid=subject.uuid,
        subject_name=subject.name,
        token_hash=digest(secret),
        expires_at=clock.now() + timedelta(seconds=settings_value("download.lifetime")),
        file_name=file_name(subject.name, extension),
        is_single_use=is_single_use,
    )
    records.record(caller, f"{purpose.upper()}.EXTRACT", About.of(subject, subject.account.owner))
    return Link(download, secret)


def close_of(subject_uuid: UUID) -> None:
    """No link leads to the subject's file any more."""
    Download.objects.filter(subject_uuid=subject_uuid).delete()


def file_with(uuid: UUID | str, secret: str) -> tuple[Download, Path]:
    """The download that this secret belongs to, and its file. Raises NotFound, the same for a wrong one, an old and
    none.
    """
    found = Download.objects.filter(uuid=uuid, expires_at__gt=clock.now()).first()
    if found is None or not hmac.compare_digest(found.token_hash, digest(secret)):
        raise NotFound(noun="download", uuid=uuid)
    path = _finders[found.purpose](found)
    if path is None or not path.exists():
        raise NotFound(noun="download", uuid=uuid)
    return found, path


def begin(download: Download) -> None:
    """The file is being taken from its beginning. Raises NotFound where a link for a single time was begun before."""
    if not download.is_single_use:
        return
    if not Download.objects.filter(pk=download.pk, begun_at=None).update(begun_at=clock.now()):
        raise NotFound(noun="download", uuid=download.uuid)


def end(download: Download) -> None:
    """The file was taken to its end: a link for a single time is used up."""
    if download.is_single_use:
        Download.objects.filter(pk=download.pk).delete()


def file_name(name: str, extension: str) -> str:
    """A name for the file that any system takes, close to the thing's own."""
    return f"{_UNSAFE.sub('-', name).strip('.-')[:100] or 'image'}.{extension}"
