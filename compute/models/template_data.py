"""User data that comes with templates."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from cloudportal.core.secrets import EncryptedField, revealed
from compute.models.guest_data import UserData
from compute.models.instances import Instance
from storage.models import Template

# Whoever deploys may say something else instead; may add to it; or is told no more than it.
ALLOW_OVERRIDE = "allow-override"
APPEND = "append"
DENY_OVERRIDE = "deny-override"
POLICIES = (ALLOW_OVERRIDE, APPEND, DENY_OVERRIDE)


class TemplateUserData(ScopedModel):
    """The user data that instances of a template are told. Both are the same account's.

    Whoever may use the template hears that there is some, and of its variables; what it says is its owner's alone.
    """

    scope = OwnedBy(account="template__account_id", domain_path="template__account__domain__path")

    template = models.OneToOneField(Template, on_delete=models.CASCADE, related_name="linked_user_data")
    user_data = models.ForeignKey(UserData, on_delete=models.CASCADE, related_name="template_links")
    policy = models.CharField(max_length=16, default=ALLOW_OVERRIDE)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "template user data"

    def __str__(self) -> str:
        return f"{self.user_data_id} of {self.template_id}"

    @property
    def name(self) -> str:
        """How it is called in sentences."""
        return self.user_data.name


class InheritedUserData(ScopedModel):
    """What a template told an instance as it was made from it, filled in; it counts while that is its template.

    Kept apart from the instance's own user data, for the instance's owner need not be the one whose text it is: no door
    shows it. Encrypted like that.
    """

    scope = OwnedBy(account="instance__account_id", domain_path="instance__account__domain__path")

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="inherited_user_data")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+")
    policy = models.CharField(max_length=16)
    content = EncryptedField()

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "inherited user data"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "template"], name="told_by_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.template_id} in {self.instance_id}"

    @property
    def text(self) -> str:
        """The content in clear: for the guest alone."""
        return revealed(self.content)
