"""Who may sign in to an instance: a new password, shown once, or other SSH keys."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.secrets import Secret
from cloudportal.jobs.models import Job
from cloudportal.portal.choices import AnyOf, lines_of
from cloudportal.portal.details import Crumb
from cloudportal.portal.forms import Group, PortalForm, about
from compute import actions
from compute.models import Instance
from compute.portal.guest_data_fields import offer_key_pairs
from compute.portal.instances import INSTANCE
from compute.services import instances

_HOW = (
    "A running guest takes it at once if its agent answers. A stopped one, or one without an agent, takes it when it "
    "is started the next time. Nothing else in it changes."
)


class PasswordForm(PortalForm):
    """Nothing to fill in: the password is made here."""

    groups: ClassVar = (Group("", (), note="The password is made for you and shown once, on the next page."),)


class KeysForm(PortalForm):
    """The keys that may sign in from now on."""

    key_pairs = AnyOf(
        label="SSH keys",
        required=False,
        # None beforehand, not even a single one: who comes here may have lost just that.
        initial=[],
        nothing_to_choose="There is no SSH key that is kept. Paste one below.",
    )
    ssh_keys = forms.CharField(
        label="More SSH keys",
        required=False,
        max_length=20000,
        help_text="One on each line. Keys that are not named here cannot sign in any more.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def shape(self) -> None:
        """Offers the keys of the instance's owner."""
        instance: Instance = self.row
        offer_key_pairs(self, instance.account_id)


def _reset_password(
    caller: Caller, instance: Instance, values: dict[str, Any]
) -> tuple[Instance, Job, Secret]:
    job, password = instances.reset_password(caller, instance)
    return instance, job, password


def _reset_keys(caller: Caller, instance: Instance, values: dict[str, Any]) -> tuple[Instance, Job]:
    job = instances.reset_ssh_keys(
        caller, instance, key_pairs=values["key_pairs"], ssh_keys=lines_of(values["ssh_keys"])
    )
    return instance, job


def password_shown(request: HttpRequest, instance: Instance, password: Secret) -> HttpResponse:
    """The fresh password, on a page that nobody keeps."""
    values = {
        "page_title": f"Password of {instance.name}",
        "crumbs": [Crumb("Instances", reverse("portal:instances"))],
        "instance": instance,
        "password": password.reveal(),
        "back_url": reverse("portal:instance", args=[instance.uuid]),
    }
    return render(request, "compute/password_made.html", values, status=201)


RESET_PASSWORD = about(
    INSTANCE,
    "reset-password",
    title="Reset the password of {name}",
    note=_HOW,
    action=actions.RESET_PASSWORD,
    form=PasswordForm,
    submit=_reset_password,
    button="Make a new password",
    done=lambda result: "",
    answer=lambda request, result: password_shown(request, result[0], result[2]),
)
RESET_SSH_KEYS = about(
    INSTANCE,
    "reset-ssh-keys",
    title="Reset the SSH keys of {name}",
    note=_HOW,
    action=actions.RESET_SSH_KEYS,
    form=KeysForm,
    submit=_reset_keys,
    button="Set these keys",
    done=lambda result: f"{result[0].name} is being told its new keys.",
)

urlpatterns = [*RESET_PASSWORD.urls(), *RESET_SSH_KEYS.urls()]
