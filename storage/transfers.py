"""The addresses at which files come in and go out."""

from uuid import UUID

from django.urls import reverse


def upload_address(uuid: UUID) -> str:
    """Where the file of the upload is sent."""
    return reverse("transfers:upload", args=[uuid])


def download_address(uuid: UUID, secret: str) -> str:
    """The link itself; whoever has it has the file."""
    return reverse("transfers:download", args=[uuid, secret])
