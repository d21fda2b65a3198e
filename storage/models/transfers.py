"""Files on their way in and out: who may send or take one, and until when."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from tenants.models import Account, User


class Transfer(ScopedModel):
    """A ticket for one file, of whose secret only a digest is kept. `subject_uuid` is the template or volume that the
    file is for or of, `purpose` what is done with it.
    """

    scope = OwnedBy()

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    purpose = models.CharField(max_length=20)
    subject_uuid = models.UUIDField(db_index=True)
    subject_name = models.CharField(max_length=100)
    token_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.subject_name


class Upload(Transfer):
    """A file on its way in, in `storage.parts` under the uuid of this row. `finished_at` is when it was handed over."""

    limit_bytes = models.PositiveBigIntegerField()
    expected_bytes = models.PositiveBigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]


class Download(Transfer):
    """A link to a file that may be taken until it expires, under the name that it is offered by; one that is good for
    a single time ends with the file, and from `begun_at` on only goes on where it broke off.
    """

    file_name = models.CharField(max_length=120)
    is_single_use = models.BooleanField(default=False)
    begun_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
