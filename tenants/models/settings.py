"""Values of settings, where somebody has set them."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import RootOnly, ScopedModel
from cloudportal.core.secrets import EncryptedField


class SettingValue(ScopedModel):
    """The value of one setting at one place. A secret's value is in `sealed`, and `value` is null.

    `key` names the place: `global`, `zone:` and `cluster:` with a uuid, `domain:` and `account:` with the row's id, so
    that a domain's path is all that it takes to find what is inherited. Callers below root admins see values
    through `queries.settings_for` alone, which knows the places that are theirs.
    """

    scope = RootOnly()

    name = models.CharField(max_length=100)
    key = models.CharField(max_length=50)
    value = models.JSONField(null=True)
    sealed = EncryptedField(null=True)

    class Meta:
        verbose_name = "setting"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "key"], name="setting_once_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.key}"
