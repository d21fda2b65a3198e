"""Editing an instance: what it is called, and while it is stopped what its guest is told."""

from typing import Any, ClassVar

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.portal.choices import lines_of
from cloudportal.portal.forms import Group, PortalForm, editing
from compute import actions
from compute.models import Instance
from compute.portal.instances import INSTANCE
from compute.services import instances
from compute.services.instances import InstanceChanges


class EditForm(PortalForm):
    """An instance's names, keys and user data."""

    groups: ClassVar = (
        Group("", ("display_name", "is_protected")),
        Group(
            "What the guest reads as it starts",
            ("name", "ssh_keys", "user_data"),
            note="This can be changed only while the instance is stopped.",
        ),
    )

    display_name = forms.CharField(
        required=False, max_length=100, help_text="What you call it. It may be changed at any time."
    )
    is_protected = forms.BooleanField(
        label="Protect it from being destroyed",
        required=False,
        help_text="While this is set, nobody destroys or expunges it, and its account cannot be deleted.",
    )
    name = forms.CharField(label="Name and host name", max_length=63)
    ssh_keys = forms.CharField(
        label="SSH keys",
        required=False,
        max_length=20000,
        help_text="One on each line.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    user_data = forms.CharField(
        required=False,
        max_length=32768,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def shape(self) -> None:
        """Begins with what the instance has."""
        instance: Instance = self.row
        self.initial = {
            "display_name": instance.display_name,
            "is_protected": instance.is_protected,
            "name": instance.name,
            "ssh_keys": "\n".join(instance.ssh_keys),
            "user_data": instance.guest_text,
        }


def _submit(caller: Caller, instance: Instance, values: dict[str, Any]) -> Instance:
    wanted: dict[str, Any] = {**values, "ssh_keys": lines_of(values["ssh_keys"])}
    present = {
        "display_name": instance.display_name,
        "is_protected": instance.is_protected,
        "name": instance.name,
        "ssh_keys": tuple(instance.ssh_keys),
        "user_data": instance.guest_text,
    }
    changed = {name: value for name, value in wanted.items() if value != present[name]}
    return instances.update(caller, instance, InstanceChanges(**changed))


EDIT = editing(INSTANCE, action=actions.UPDATE, form=EditForm, submit=_submit)

urlpatterns = [*EDIT.urls()]
