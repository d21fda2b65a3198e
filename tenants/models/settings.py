"""Values of settings, where somebody has set them."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from cloudportal.core.scoping import RootOnly, ScopedModel
from cloudportal.core.secrets import EncryptedField

# Stands for "of the whole cloud": databases take nulls for different, and a value may be there once only.
NOWHERE = UUID(int=0)


class SettingValue(ScopedModel):
    """The value of one setting at one place. A secret's value is in `sealed`, and `value` is null.

    Callers below root admins see values through `queries.settings_for` alone, which knows the places that are theirs.
    """

    scope = RootOnly()

    name = models.CharField(max_length=100)
    place = models.CharField(max_length=10)
    place_uuid = models.UUIDField(default=NOWHERE)
    value = models.JSONField(null=True)
    sealed = EncryptedField(null=True)

    class Meta:
        verbose_name = "setting"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "place", "place_uuid"], name="setting_once_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.place}"
