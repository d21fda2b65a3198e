"""What tenants keep to hand to their guests."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from cloudportal.core.secrets import EncryptedField, revealed
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


class UserData(ScopedModel):
    """A text for guests, with places for values that differ from instance to instance.

    Encrypted like an instance's own, for it often holds passwords. `variables` declare the places, each as a
    dictionary with name, description, default, is_required and is_secret. Instances keep the text that came of it.
    """

    scope = OwnedBy()

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="user_data")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=255, blank=True)
    content = EncryptedField()
    variables = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = "user data"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name"], name="user_data_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def text(self) -> str:
        """The content in clear: for guests and for whoever may see the row, never for logs or events."""
        return revealed(self.content)
