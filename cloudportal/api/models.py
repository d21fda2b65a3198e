"""What the REST door remembers of itself."""

from typing import ClassVar

from django.db import models

from cloudportal.core import clock
from cloudportal.core.scoping import RootOnly
from cloudportal.core.secrets import EncryptedField


class IdempotencyKey(models.Model):
    """That a caller's request under this key has been carried out, and what was answered.

    The row is written in the transaction of the change itself: where it is, the change is. `answer` is encrypted,
    because whoever reads tables need not know what people were told.
    """

    scope = RootOnly()

    key = models.CharField(max_length=100)
    caller = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    answer = EncryptedField(blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["caller", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return self.key
