"""Snapshots of volumes: the list, one snapshot and what can be made of it, and the schedules that take them."""

from typing import Any

from django import forms

from cloudportal.core import time_zones
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import FormPage, PortalForm, about, editing, row_of
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter, name_in
from storage import actions, queries, states
from storage.amounts import gib_of
from storage.models import Snapshot, SnapshotSchedule, Volume
from storage.portal.templates import TEMPLATE
from storage.portal.volumes import VOLUME
from storage.services import schedules, snapshots, template_making
from storage.services.schedules import MOST_KEPT, ScheduleChanges, ScheduleValues
from storage.services.snapshots import NewSnapshot, VolumeOfSnapshot
from storage.services.template_making import NewTemplate
from storage.services.volumes import LARGEST_GIB

ADMIN = RoleKind.DOMAIN_ADMIN
STATES = (states.READY, states.CREATING, states.DELETING, states.ERROR)
# What an interval does not ask for.
UNUSED = {SnapshotSchedule.HOURLY: ("hour", "day"), SnapshotSchedule.DAILY: ("day",)}


class NameForm(PortalForm):
    """What a snapshot is called."""

    name = forms.CharField(max_length=100)

    def shape(self) -> None:
        """Begins with the name it has."""
        self.initial = {"name": self.row.name}


class TakeForm(PortalForm):
    """A snapshot of a volume."""

    name = forms.CharField(
        max_length=100, required=False, help_text="Left empty, it is named after the volume."
    )
    is_quiet = forms.BooleanField(
        label="Ask the guest to write everything out first",
        required=False,
        help_text="Needs the guest agent in a running instance.",
    )


class VolumeForm(PortalForm):
    """A volume of a snapshot."""

    name = forms.CharField(max_length=100)
    size_gib = forms.IntegerField(label="Size (GiB)", min_value=1, max_value=LARGEST_GIB)

    def shape(self) -> None:
        """Begins with the least size."""
        self.initial = {"name": self.row.volume_name, "size_gib": gib_of(self.row.virtual_size_bytes)}


class TemplateForm(PortalForm):
    """A template of a snapshot or volume."""

    name = forms.CharField(max_length=100)
    description = forms.CharField(required=False, max_length=100)


class ScheduleForm(PortalForm):
    """When snapshots of a volume are taken, and how many are kept."""

    interval = forms.ChoiceField(choices=[(one, one) for one in SnapshotSchedule.INTERVALS], initial="daily")
    keep = forms.IntegerField(
        min_value=1, max_value=MOST_KEPT, initial=7, help_text="Older ones are deleted."
    )
    minute = forms.IntegerField(min_value=0, max_value=59, initial=0)
    hour = forms.IntegerField(min_value=0, max_value=23, initial=3, help_text="Not for hourly ones.")
    day = forms.IntegerField(
        min_value=1, max_value=28, initial=1, help_text="Of the week, from Monday, 1, or of the month."
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=time_zones.choices)
    is_quiet = forms.BooleanField(label="Ask the guest to write everything out first", required=False)

    def shape(self) -> None:
        """Begins in the zone in which its reader thinks."""
        self.offer("time_zone", time_zones.choices(formats.readers_zone()))
        self.initial = {"time_zone": formats.readers_zone(), **self.initial}


class EditScheduleForm(ScheduleForm):
    """The same of one that there is, with what its interval has; it can also be switched off."""

    is_enabled = forms.BooleanField(
        label="Enabled", required=False, help_text="While it is not, nothing is taken by it."
    )

    def shape(self) -> None:
        """Begins with what it is now. How often it is due stays: that is another schedule."""
        for name in ("interval", *UNUSED.get(self.row.interval, ())):
            del self.fields[name]
        if "hour" in self.fields:
            self.fields["hour"].help_text = ""
        self.initial = {name: getattr(self.row, name) for name in self.fields}
        self.offer("time_zone", time_zones.choices(self.row.time_zone))


def _volume(row: Any) -> Any:
    return cells.link(row.volume.name, "volume", row.volume.uuid) if row.volume else row.volume_name


def _rename(caller: Caller, row: Snapshot, values: dict[str, Any]) -> Snapshot:
    return snapshots.rename(caller, row, values["name"])


def _take(caller: Caller, volume: Volume, values: dict[str, Any]) -> Any:
    return snapshots.take(caller, NewSnapshot(volume_uuid=volume.uuid, **values))


def _make_volume(caller: Caller, row: Snapshot, values: dict[str, Any]) -> Any:
    return snapshots.make_volume(caller, row, VolumeOfSnapshot(**values))


def _of_snapshot(caller: Caller, row: Snapshot, values: dict[str, Any]) -> Any:
    return template_making.of_snapshot(caller, row, NewTemplate(**values))


def _of_volume(caller: Caller, row: Volume, values: dict[str, Any]) -> Any:
    return template_making.of_volume(caller, row, NewTemplate(**values))


def _reschedule(caller: Caller, schedule: SnapshotSchedule, values: dict[str, Any]) -> SnapshotSchedule:
    return schedules.update(caller, schedule, ScheduleChanges(**values))


def _schedule(caller: Caller, volume: Volume, values: dict[str, Any]) -> SnapshotSchedule:
    return schedules.create(caller, volume, ScheduleValues(**values))


SNAPSHOTS = ListPage(
    route="snapshots",
    path="snapshots/",
    title="Snapshots",
    nouns="snapshots",
    icon="copy",
    rows=queries.snapshots_for,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "snapshot", row.uuid), sort="name"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("volume", "Volume", _volume, sort="volume_name"),
        Column("size", "Size", lambda row: formats.size(row.size_bytes), sort="size_bytes", kind="number"),
        Column("account", "Account", "account.name", sort="account__name", least=ADMIN),
        Column("taken", "Taken", lambda row: cells.moment(row.taken_at), sort="taken_at"),
    ),
    about="A snapshot is a volume as it was at one moment, kept apart from it. Take one from the page of a volume.",
    search=("name", "volume_name"),
    filters=(
        Filter("state", "State", "state", lambda caller: [(one, one) for one in STATES]),
        Filter("volume", "Volume", "volume__uuid", called=name_in(queries.volumes_for)),
        Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),
        Filter("schedule", "Schedule", "schedule_uuid"),
    ),
    is_lively=lambda row: row.state in states.SNAPSHOT.transient,
)
SNAPSHOT = DetailPage(
    route="snapshot",
    path="snapshots/",
    noun="snapshot",
    row=queries.snapshot_for,
    parent="snapshots",
    parent_label="Snapshots",
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Snapshot",
            (
                Fact("Volume", _volume),
                Fact("Taken", lambda row: cells.exact_moment(row.taken_at)),
                Fact("Guest had written everything out", lambda row: cells.yes_or_no(row.is_quiet)),
                Fact("Size in the store", lambda row: formats.size(row.size_bytes)),
                Fact("Least size of a volume", lambda row: formats.size(row.virtual_size_bytes)),
                Fact("Zone", "zone.name"),
                Fact("Account", "account.name", least=ADMIN),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        jobs_panel(),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.USE_SNAPSHOT, "snapshot-volume", icon="volume", label="Make volume"),
        RowLink(actions.USE_SNAPSHOT, "snapshot-template", icon="template", label="Make template"),
        RowLink(actions.UPDATE_SNAPSHOT, "snapshot-edit", icon="edit"),
        RowAction(
            actions.RESTORE_SNAPSHOT, snapshots.restore, icon="recover", done="{name} is being restored."
        ),
        RowAction(
            actions.DELETE_SNAPSHOT,
            snapshots.delete,
            icon="trash",
            done="{name} is being deleted.",
            goes_away=True,
        ),
    ),
)
SCHEDULE = DetailPage(
    route="snapshot-schedule",
    path="snapshot-schedules/",
    noun="snapshot schedule",
    row=queries.snapshot_schedule_for,
    parent="volumes",
    parent_label="Volumes",
    state=None,
    panels=(
        Facts(
            "Schedule",
            (
                Fact("Volume", _volume),
                Fact("When", "recurrence.sentence"),
                Fact("Kept", "keep"),
                Fact("Next", lambda row: cells.exact_moment(row.next_run_at if row.is_enabled else None)),
                Fact("Last", lambda row: cells.exact_moment(row.last_run_at)),
                Fact("What came of it", "last_outcome"),
                Fact("Enabled", lambda row: cells.yes_or_no(row.is_enabled)),
            ),
        ),
    ),
    buttons=(
        RowLink(actions.SCHEDULE_SNAPSHOTS, "snapshot-schedule-edit", icon="edit", label="Edit"),
        RowAction(
            actions.UNSCHEDULE_SNAPSHOTS,
            schedules.delete,
            icon="trash",
            done="{name} are taken no more.",
            goes_away=True,
        ),
    ),
)


def _of(page: DetailPage, verb: str, to: DetailPage, *, title: str, **options: Any) -> FormPage:
    """A form about one thing, after which the new thing's page comes."""
    return about(
        page,
        verb,
        title=title,
        button=title.partition(" {name}")[0].removesuffix(" of"),
        done=lambda result: f"{row_of(result)} is on its way.",
        next=lambda result: to.address(row_of(result)),
        **options,
    )


FORMS = (
    _of(
        VOLUME,
        "snapshot",
        SNAPSHOT,
        route="snapshot-take",
        title="Take snapshot of {name}",
        action=actions.TAKE_SNAPSHOT,
        form=TakeForm,
        submit=_take,
    ),
    _of(
        VOLUME,
        "schedule",
        SCHEDULE,
        route="snapshot-schedule-add",
        title="Schedule snapshots of {name}",
        action=actions.SCHEDULE_SNAPSHOTS,
        form=ScheduleForm,
        submit=_schedule,
    ),
    _of(
        VOLUME,
        "template",
        TEMPLATE,
        title="Make template of {name}",
        action=actions.CREATE_TEMPLATE,
        form=TemplateForm,
        submit=_of_volume,
    ),
    _of(
        SNAPSHOT,
        "volume",
        VOLUME,
        title="Make volume of {name}",
        action=actions.USE_SNAPSHOT,
        form=VolumeForm,
        submit=_make_volume,
    ),
    _of(
        SNAPSHOT,
        "template",
        TEMPLATE,
        title="Make template of {name}",
        action=actions.CREATE_TEMPLATE,
        form=TemplateForm,
        submit=_of_snapshot,
    ),
    editing(SNAPSHOT, action=actions.UPDATE_SNAPSHOT, form=NameForm, submit=_rename, title="Rename {name}"),
    editing(
        SCHEDULE,
        action=actions.SCHEDULE_SNAPSHOTS,
        form=EditScheduleForm,
        submit=_reschedule,
        done=lambda schedule: "The schedule is saved.",
    ),
)

menu.entry("Snapshots", "snapshots", icon="copy", section="Resources", order=25, action=actions.READ_SNAPSHOT)
subjects.shown_at("snapshot", "snapshot")
subjects.shown_at("snapshot schedule", "snapshot-schedule")

urlpatterns = [
    *(pattern for form in FORMS for pattern in form.urls()),
    *SNAPSHOTS.urls(),
    *SNAPSHOT.urls(),
    *SCHEDULE.urls(),
]
