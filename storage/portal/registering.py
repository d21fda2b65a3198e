"""How images come in by pages: from an address on the web, from the server's own files, or sent by the browser."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.jobs.models import Job
from cloudportal.portal.details import Crumb
from cloudportal.portal.forms import FormPage, PortalForm, about
from cloudportal.portal.standing import stands_at
from storage import actions, queries
from storage.inspection import FORMATS, ISO
from storage.models import Template
from storage.portal.sending import page_to_send
from storage.portal.templates import ROOT, TEMPLATE, TemplateForm
from storage.services import registration
from storage.services.registration import TemplateFile, TemplateUpload
from storage.services.uploads import Ticket


class NewImageForm(TemplateForm):
    """What an image is, and what it adds up to."""

    format = forms.ChoiceField(
        choices=[*((one, f"{one} (disk)") for one in FORMATS), (ISO, "ISO (CD or DVD)")],
        help_text="What the file is. It is checked, never guessed.",
    )
    checksum = forms.CharField(
        required=False,
        max_length=140,
        help_text="What its publisher says it adds up to: SHA-256, SHA-512 or MD5, such as sha256:9f86….",
    )
    is_public = forms.BooleanField(label="Everybody may use it", required=False)
    is_featured = forms.BooleanField(label="Shown first", required=False)

    def shape(self) -> None:
        """Only those who may publish are asked whether to."""
        super().shape()
        if not self.caller.may(actions.PUBLISH_TEMPLATE.name):
            del self.fields["is_public"], self.fields["is_featured"]

    @property
    def values(self) -> dict[str, Any]:
        """With the kind, which the format tells."""
        found = super().values
        return {**found, "kind": Template.ISO if found["format"] == ISO else Template.TEMPLATE}


class RegisterForm(NewImageForm):
    """A template from an address, or for operators from a file on the server."""

    url = forms.CharField(
        label="Address",
        required=False,
        max_length=2000,
        help_text="Where the image is on the web: an https or http address that leads to the file itself.",
    )
    source_file = forms.CharField(
        label="Or an image on the server",
        required=False,
        help_text="The path of a file in a folder that images may come from.",
    )

    def shape(self) -> None:
        """Files of the server are the operators'."""
        super().shape()
        if not stands_at(self.caller, ROOT):
            del self.fields["source_file"]
            self.fields["url"].required = True


class NothingForm(PortalForm):
    """Nothing to fill in."""


def _register(caller: Caller, row: None, values: dict[str, Any]) -> tuple[Template, Job]:
    return registration.register(caller, TemplateFile(**values))


def _send(caller: Caller, row: None, values: dict[str, Any]) -> tuple[Template, Ticket]:
    return registration.upload(caller, TemplateUpload(**values))


def _send_again(caller: Caller, template: Template, values: dict[str, Any]) -> tuple[Template, Ticket]:
    return template, registration.upload_again(caller, template)


def _page_to_send(request: HttpRequest, result: tuple[Template, Ticket]) -> HttpResponse:
    template, ticket = result
    parent = Crumb("Templates", reverse("portal:templates"))
    return page_to_send(request, template, ticket, route="template", parent=parent)


FORMS = (
    FormPage(
        route="template-add",
        path="templates/add/",
        title="Register a template or ISO",
        action=actions.REGISTER_TEMPLATE,
        form=RegisterForm,
        submit=_register,
        button="Register",
        done=lambda result: f"{result[0].name} is being fetched and inspected.",
        next=lambda result: TEMPLATE.address(result[0]),
        parent="templates",
        parent_label="Templates",
    ),
    FormPage(
        route="template-send",
        path="templates/send/",
        title="Upload a template or ISO",
        action=actions.REGISTER_TEMPLATE,
        form=NewImageForm,
        submit=_send,
        button="Go on to the file",
        done=lambda result: "",
        next=lambda result: TEMPLATE.address(result[0]),
        answer=_page_to_send,
        note="First what it is, then the file itself.",
        parent="templates",
        parent_label="Templates",
    ),
    about(
        TEMPLATE,
        "upload",
        title="Upload the image of {name}",
        action=actions.UPLOAD_TEMPLATE,
        form=NothingForm,
        submit=_send_again,
        button="Go on to the file",
        done=lambda result: "",
        answer=_page_to_send,
        row=queries.own_template_for,
        note="The page that follows takes the file. What was sent before is given up.",
    ),
)

urlpatterns = [pattern for form in FORMS for pattern in form.urls()]
