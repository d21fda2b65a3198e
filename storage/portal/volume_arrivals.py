"""How the content of volumes comes in by pages: from an address on the web, or sent by the browser."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.portal.details import Crumb
from cloudportal.portal.forms import FormPage, PortalForm
from storage import actions, queries
from storage.drivers.contract import FORMATS
from storage.models import Volume
from storage.portal.sending import page_to_send
from storage.portal.volumes import VOLUME, NewVolumeForm
from storage.services import volume_arrivals
from storage.services.uploads import Ticket
from storage.services.volume_arrivals import VolumeFile, VolumeUpload


class ArrivalForm(NewVolumeForm):
    """A volume as its owner wants it, and what its image is."""

    format = forms.ChoiceField(
        label="Kind of file",
        choices=[(one, one) for one in FORMATS],
        help_text="What the file is. It is checked, never guessed.",
    )
    checksum = forms.CharField(
        required=False,
        max_length=140,
        help_text="What its publisher says it adds up to: SHA-256, SHA-512 or MD5, such as sha256:9f86….",
    )


class FetchForm(ArrivalForm):
    """A volume with what is fetched from an address."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        help_text="Where the image is on the web: an https or http address that leads to the file itself.",
    )


class NothingForm(PortalForm):
    """Nothing to fill in."""


def _fetch(caller: Caller, row: None, values: dict[str, Any]) -> Any:
    return volume_arrivals.fetch(caller, VolumeFile(**values))


def _send(caller: Caller, row: None, values: dict[str, Any]) -> tuple[Volume, Ticket]:
    return volume_arrivals.upload(caller, VolumeUpload(**values))


def _send_again(caller: Caller, volume: Volume, values: dict[str, Any]) -> tuple[Volume, Ticket]:
    return volume, volume_arrivals.upload_again(caller, volume)


def _page_to_send(request: HttpRequest, result: tuple[Volume, Ticket]) -> HttpResponse:
    volume, ticket = result
    parent = Crumb("Volumes", reverse("portal:volumes"))
    return page_to_send(request, volume, ticket, route="volume", parent=parent)


def _page(route: str, path: str, title: str, **options: Any) -> FormPage:
    known = {
        "action": actions.CREATE_VOLUME,
        "button": "Go on to the file",
        "done": lambda result: "",
        "answer": _page_to_send,
        **options,
    }
    return FormPage(
        route=route,
        path=path,
        title=title,
        next=lambda result: VOLUME.address(result[0]),
        parent="volumes",
        parent_label="Volumes",
        **known,
    )


FORMS = (
    _page(
        "volume-fetch",
        "volumes/fetch/",
        "Create a volume from an address",
        form=FetchForm,
        submit=_fetch,
        button="Fetch",
        done=lambda result: f"{result[0].name} is being fetched and inspected.",
        answer=None,
        note="The disk in the image must fit the size of the volume.",
    ),
    _page(
        "volume-send",
        "volumes/send/",
        "Create a volume from a file",
        form=ArrivalForm,
        submit=_send,
        note="First what it is, then the file itself. The disk in it must fit the size of the volume.",
    ),
    _page(
        "volume-upload",
        "volumes/<uuid:uuid>/upload/",
        "Upload the image of {name}",
        action=actions.UPLOAD_VOLUME,
        form=NothingForm,
        submit=_send_again,
        row=queries.volume_for,
        row_route="volume",
        note="The page that follows takes the file. What was sent before is given up.",
    ),
)

urlpatterns = [pattern for form in FORMS for pattern in form.urls()]
