"""Volumes: the list, one volume, and its new name."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import Card, OneOf
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter, name_in
from compute.topology.portal.clusters import zone_choices
from storage import actions, queries, states
from storage.models import DiskOffering, Volume
from storage.portal.snapshot_tables import EXPORT_TABLE, SCHEDULE_TABLE, SNAPSHOT_TABLE
from storage.services import volume_bin, volumes
from storage.services.volumes import LARGEST_GIB, NewVolume

ADMIN = RoleKind.DOMAIN_ADMIN
ROOT = RoleKind.ROOT_ADMIN
STATES = (
    states.READY,
    states.DESTROYED,
    states.ALLOCATED,
    states.UPLOADING,
    states.CREATING,
    states.DELETING,
    states.ERROR,
)
USES = (("attached", "attached"), ("free", "free"))
KINDS = ((Volume.ROOT, "root disks"), (Volume.DATA, "data disks"))


def _holders(caller: Caller, rows: Sequence[Volume]) -> None:
    """Gives each volume what has it attached as `holder`, in one query."""
    found = subjects.holders_of("instance", caller, (row.held_by for row in rows))
    for row in rows:
        row.holder = found.get(row.held_by) if row.held_by else None  # type: ignore[attr-defined]


def _holder(volume: Volume) -> Any:
    holder = getattr(volume, "holder", None)
    return cells.link(holder.name, holder.route, holder.uuid) if holder else ""


def _template(volume: Volume) -> Any:
    found = volume.template
    return cells.link(found.name, "template", found.uuid) if found else ""


def _pool(volume: Volume) -> Any:
    return cells.link(volume.pool.name, "pool", volume.pool.uuid) if volume.pool else ""


class NewVolumeForm(PortalForm):
    """A data volume as its owner wants it."""

    name = forms.CharField(max_length=100)
    offering_uuid = OneOf(label="Kind of disk", nothing_to_choose="There is no kind of disk to choose yet.")
    size_gib = forms.IntegerField(
        label="Size (GiB)",
        required=False,
        min_value=1,
        max_value=LARGEST_GIB,
        help_text="For kinds that leave the size to you.",
    )
    zone_uuid = OneOf(label="Zone", nothing_to_choose="There is no zone to choose yet.")

    def shape(self) -> None:
        """Offers the kinds of disk and the zones."""
        kinds = queries.disk_offerings_for(self.caller).filter(is_active=True)
        self.offer("offering_uuid", [(str(one.uuid), Card(one.name, _kind_note(one))) for one in kinds])
        self.offer("zone_uuid", [(value, Card(name)) for value, name in zone_choices(self.caller)])


def _kind_note(offering: DiskOffering) -> str:
    size = f"{offering.size_gib} GiB" if offering.size_gib is not None else "you say the size"
    return f"{size}, {offering.description}" if offering.description else size


def _create(caller: Caller, row: None, values: dict[str, Any]) -> Any:
    return volumes.create(caller, NewVolume(**values))


class VolumeForm(PortalForm):
    """A volume's name."""

    name = forms.CharField(max_length=100)

    def shape(self) -> None:
        """Begins with the name it has."""
        self.initial = {"name": self.row.name}


def _rename(caller: Caller, volume: Volume, values: dict[str, Any]) -> Volume:
    return volumes.rename(caller, volume, values["name"])


VOLUMES = ListPage(
    route="volumes",
    path="volumes/",
    title="Volumes",
    nouns="volumes",
    icon="volume",
    rows=queries.volumes_for,
    prepare=_holders,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "volume", row.uuid), sort="name"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("size", "Size", lambda row: formats.size(row.size_bytes), sort="size_bytes", kind="number"),
        Column("kind", "Kind", lambda row: f"{row.kind} disk", sort="kind", on_phone=False),
        Column("holder", "In", _holder),
        Column("zone", "Zone", "zone.name", sort="zone__name", on_phone=False),
        Column("account", "Account", "account.name", sort="account__name", least=ADMIN),
        Column("pool", "Pool", _pool, sort="pool__name", least=ROOT),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="A volume is a disk. Every instance brings one of its own; create more for its data, to keep or move it.",
    search=("name", "account__name"),
    filters=(
        Filter("state", "State", "state", lambda caller: [(one, one) for one in STATES]),
        Filter("kind", "Kind", "kind", lambda caller: KINDS),
        Filter("use", "Use", "held_by__isnull", lambda caller: USES, read=lambda value: value == "free"),
        Filter("zone", "Zone", "zone__uuid", zone_choices),
        Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),
        Filter("pool", "Pool", "pool__uuid", called=name_in(queries.pools_for)),
    ),
    create=PageLink("Create volume", "volume-add", actions.CREATE_VOLUME),
    create_otherwise=(
        PageLink("Upload a file", "volume-send", actions.CREATE_VOLUME),
        PageLink("Fetch from an address", "volume-fetch", actions.CREATE_VOLUME, icon="down"),
    ),
    is_lively=lambda row: row.state in states.VOLUME.transient,
)
VOLUME = DetailPage(
    route="volume",
    path="volumes/",
    noun="volume",
    row=queries.volume_for,
    parent="volumes",
    parent_label="Volumes",
    prepare=lambda caller, row: _holders(caller, [row]),
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Volume",
            (
                Fact("Size", lambda row: formats.size(row.size_bytes)),
                Fact("Kind", lambda row: f"{row.kind} disk"),
                Fact("In", _holder),
                Fact("Made from", _template, is_shown_empty=False),
                Fact("Offering", lambda row: row.offering and row.offering.name, is_shown_empty=False),
                Fact("Format", lambda row: f"{row.format}, {row.provisioning}"),
                Fact("Zone", "zone.name"),
                Fact("Account", "account.name", least=ADMIN),
                Fact("Pool", _pool, least=ROOT),
                Fact("Place on the pool", lambda row: cells.code(row.locator), least=ROOT),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Destroyed", lambda row: cells.exact_moment(row.destroyed_at), is_shown_empty=False),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        SNAPSHOT_TABLE,
        SCHEDULE_TABLE,
        EXPORT_TABLE,
        jobs_panel(),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.CREATE_TEMPLATE, "volume-template", icon="template"),
        RowLink(
            actions.UPLOAD_VOLUME,
            "volume-upload",
            icon="plus",
            is_shown=lambda caller, volume: volume.state == states.UPLOADING,
        ),
        RowLink(actions.UPDATE_VOLUME, "volume-edit", icon="edit", label="Rename"),
        RowAction(
            actions.RECOVER_VOLUME,
            volume_bin.recover,
            icon="recover",
            is_first=True,
            done="{name} is yours again.",
            is_shown=lambda caller, volume: volume.state == states.DESTROYED,
        ),
        RowAction(
            actions.DESTROY_VOLUME,
            volume_bin.destroy,
            icon="trash",
            done="{name} is put aside and can be recovered for a while.",
            is_shown=lambda caller, volume: volume.state == states.READY,
        ),
        RowAction(
            actions.DELETE_VOLUME,
            volumes.delete,
            icon="trash",
            done="{name} is being deleted.",
            goes_away=True,
        ),
    ),
)
ADD = adding(
    VOLUME,
    title="Create a volume",
    action=actions.CREATE_VOLUME,
    form=NewVolumeForm,
    submit=_create,
    button="Create volume",
    done=lambda result: f"{result[0].name} is being created.",
)
RENAME = editing(VOLUME, action=actions.UPDATE_VOLUME, form=VolumeForm, submit=_rename, title="Rename {name}")

menu.entry("Volumes", "volumes", icon="volume", section="Resources", order=20, action=actions.READ_VOLUME)
subjects.shown_at("volume", "volume")

urlpatterns = [*ADD.urls(), *RENAME.urls(), *VOLUMES.urls(), *VOLUME.urls()]
