"""What tenants keep to hand to their guests."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from tenants.models import Account


class KeyPair(ScopedModel):
    """The public half of an SSH key pair. The private half is with its owner alone, wherever it was made.

    Instances keep copies of the public key, so that what becomes of this row does not touch them.
    """

    scope = OwnedBy()

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="key_pairs")
    name = models.CharField(max_length=100)
    public_key = models.TextField()
    kind = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=60)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = "SSH key pair"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name"], name="key_pair_name_once")
        ]

    def __str__(self) -> str:
        return self.name
