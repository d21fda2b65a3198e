"""Volumes on their way out: the copy, and its link."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, formats, subjects
from cloudportal.portal.buttons import RowAction
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import FormPage, PortalForm
from cloudportal.portal.panels import Fact, Facts
from storage import actions, queries, states
from storage.models import Volume, VolumeExport
from storage.services import exports
from storage.services.exports import NewExport
from storage.transfers import download_address

ADMIN = RoleKind.DOMAIN_ADMIN
KINDS = (
    ("qcow2", "qcow2: small, for QEMU, KVM and others"),
    ("raw", "raw: plain sectors, as large as the volume"),
)


class ExportForm(PortalForm):
    """As what kind of file."""

    format = forms.ChoiceField(label="Kind of file", choices=KINDS)


def _begin(caller: Caller, volume: Volume, values: dict[str, Any]) -> Any:
    return exports.begin(caller, NewExport(volume_uuid=volume.uuid, format=values["format"]))


def _volume(export: VolumeExport) -> Any:
    volume = export.volume
    is_there = volume is not None and volume.state != states.DELETED
    return cells.link(volume.name, "volume", volume.uuid) if volume and is_there else ""


EXPORT = DetailPage(
    route="volume-export",
    path="volume-exports/",
    noun="volume export",
    row=queries.volume_export_for,
    parent="volumes",
    parent_label="Volumes",
    summary=lambda row: "A copy that waits to be downloaded, and is deleted after a while.",
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Copy",
            (
                Fact("Volume", _volume),
                Fact("Kind of file", "format"),
                Fact("Size", lambda row: formats.size(row.size_bytes)),
                Fact("Disk in it", lambda row: formats.size(row.virtual_size_bytes)),
                Fact("SHA-256", lambda row: cells.copyable(row.checksum) if row.checksum else ""),
                Fact("Account", "account.name", least=ADMIN),
                Fact("Kept until", lambda row: cells.exact_moment(row.expires_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        jobs_panel(),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.EXTRACT_EXPORT,
            exports.extract,
            icon="down",
            is_first=True,
            done="The download of {name} begins.",
            lands=lambda link: download_address(link.download.uuid, link.secret),
        ),
        RowAction(
            actions.DELETE_EXPORT,
            exports.delete,
            icon="trash",
            done="The copy of {name} is deleted.",
            goes_away=True,
        ),
    ),
)
BEGIN = FormPage(
    route="volume-download",
    path="volumes/<uuid:uuid>/download/",
    title="Download {name}",
    action=actions.EXPORT_VOLUME,
    form=ExportForm,
    submit=_begin,
    button="Make the copy",
    done=lambda result: (
        f"A copy of {result[0].name} is being made. When it is there, its page has the download."
    ),
    next=lambda result: EXPORT.address(result[0]),
    row=queries.volume_for,
    row_route="volume",
    parent="volumes",
    parent_label="Volumes",
    note="A copy is made first, as the volume is now; an instance that uses it goes on running. "
    "The copy counts as image space until it is gone.",
)

subjects.shown_at("volume export", "volume-export")

urlpatterns = [*BEGIN.urls(), *EXPORT.urls()]
