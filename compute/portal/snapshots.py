"""Snapshots and schedules of instances, and how long an instance may live: their pages and forms."""

from typing import Any

from django import forms

from cloudportal.core import time_zones
from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import FormPage, PortalForm, about, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter, name_in
from compute import schedule_actions, schedule_queries, snapshot_queries, states
from compute import snapshot_actions as actions
from compute.models import Instance, InstanceSchedule
from compute.portal.instances import INSTANCE
from compute.queries import instances_for
from compute.services import instance_snapshots, leases, schedules
from compute.services.instance_snapshots import NewInstanceSnapshot
from compute.services.schedules import ScheduleChanges, ScheduleValues

ADMIN = RoleKind.DOMAIN_ADMIN
STATES = tuple(sorted(states.SNAPSHOT.states - states.SNAPSHOT.final))


class TakeForm(PortalForm):
    """A snapshot of an instance."""

    name = forms.CharField(max_length=100)
    description = forms.CharField(max_length=100, required=False)
    with_memory = forms.BooleanField(
        label="With its memory",
        required=False,
        help_text="A running instance is kept with its memory, a stopped one without.",
    )

    def shape(self) -> None:
        """Begins with what is possible now."""
        self.initial = {"with_memory": self.row.state == "running"}


class ScheduleForm(PortalForm):
    """What is done to an instance, and when."""

    name = forms.CharField(max_length=100)
    verb = forms.ChoiceField(label="What", choices=[(one, one) for one in InstanceSchedule.VERBS])
    expression = forms.CharField(
        label="When",
        max_length=100,
        initial="0 20 * * 1-5",
        help_text="Minute, hour, day of the month, month and day of the week, as cron does.",
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=time_zones.choices)
    force = forms.BooleanField(label="Cut the power at once", required=False)

    def shape(self) -> None:
        """Begins in the zone in which its reader thinks."""
        self.offer("time_zone", time_zones.choices(formats.readers_zone()))
        self.initial = {"time_zone": formats.readers_zone(), **self.initial}


class EditScheduleForm(ScheduleForm):
    """The same of one that there is, which can also be switched off."""

    is_enabled = forms.BooleanField(
        label="Enabled", required=False, help_text="While it is not, nothing is done by it."
    )

    def shape(self) -> None:
        """Begins with what it is now."""
        self.initial = {name: getattr(self.row, name) for name in self.fields}
        self.offer("time_zone", time_zones.choices(self.row.time_zone))


class LeaseForm(PortalForm):
    """How long an instance may live."""

    days = forms.IntegerField(
        label="Days from now",
        min_value=0,
        max_value=3650,
        help_text="0 takes its end away, where it may have none.",
    )


def _instance(row: Any) -> Any:
    return cells.link(row.instance.name, "instance", row.instance.uuid)


def _take(caller: Caller, instance: Instance, values: dict[str, Any]) -> Any:
    return instance_snapshots.take(caller, instance, NewInstanceSnapshot(**values))[0]


def _schedule(caller: Caller, instance: Instance, values: dict[str, Any]) -> InstanceSchedule:
    return schedules.create(caller, instance, ScheduleValues(**values))


def _reschedule(caller: Caller, schedule: InstanceSchedule, values: dict[str, Any]) -> InstanceSchedule:
    return schedules.update(caller, schedule, ScheduleChanges(**values))


def _lease(caller: Caller, instance: Instance, values: dict[str, Any]) -> Instance:
    return leases.extend(caller, instance, days=values["days"])


SNAPSHOTS = ListPage(
    route="instance-snapshots",
    path="instance-snapshots/",
    title="Instance snapshots",
    nouns="instance snapshots",
    icon="copy",
    rows=snapshot_queries.instance_snapshots_for,
    columns=(
        Column(
            "name",
            "Name",
            lambda row: cells.link(row.name, "instance-snapshot", row.uuid, note=row.description),
            sort="name",
        ),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("instance", "Instance", _instance, sort="instance__name"),
        Column("memory", "With memory", lambda row: cells.yes_or_no(row.has_memory), on_phone=False),
        Column("current", "Stands on it", lambda row: cells.yes_or_no(row.is_current), on_phone=False),
        Column("account", "Account", "instance.account.name", sort="instance__account__name", least=ADMIN),
        Column("taken", "Taken", lambda row: cells.moment(row.taken_at), sort="taken_at"),
    ),
    about="A snapshot keeps an instance with all of its disks, and its memory if you like, as they were. Take one on "
    "the instance's page.",
    search=("name", "description", "instance__name"),
    filters=(
        Filter("state", "State", "state", lambda caller: [(one, one) for one in STATES]),
        Filter(
            "memory",
            "Memory",
            "has_memory",
            lambda caller: [("with", "with its memory"), ("without", "without")],
            read=lambda value: value == "with",
        ),
        Filter("instance", "Instance", "instance__uuid", called=name_in(instances_for)),
        Filter("account", "Account", "instance__account__uuid", called=subjects.name_of("account")),
    ),
    is_lively=lambda row: row.state in states.SNAPSHOT.transient,
)
SNAPSHOT = DetailPage(
    route="instance-snapshot",
    path="instance-snapshots/",
    noun="instance snapshot",
    row=snapshot_queries.instance_snapshot_for,
    parent="instance-snapshots",
    parent_label="Instance snapshots",
    summary=lambda row: row.description,
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Snapshot",
            (
                Fact("Instance", _instance),
                Fact("Came of", lambda row: row.parent and row.parent.name),
                Fact("With memory", lambda row: cells.yes_or_no(row.has_memory)),
                Fact("The instance stands on it", lambda row: cells.yes_or_no(row.is_current)),
                Fact("Taken", lambda row: cells.exact_moment(row.taken_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        jobs_panel(),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.REVERT,
            instance_snapshots.revert,
            icon="recover",
            done="The instance goes back to {name}.",
        ),
        RowAction(
            actions.DELETE,
            instance_snapshots.delete,
            icon="trash",
            done="{name} is being deleted.",
            goes_away=True,
        ),
    ),
)
SCHEDULE = DetailPage(
    route="instance-schedule",
    path="instance-schedules/",
    noun="schedule",
    row=schedule_queries.schedule_for,
    parent="instances",
    parent_label="Instances",
    state=None,
    panels=(
        Facts(
            "Schedule",
            (
                Fact("Instance", _instance),
                Fact("What", "verb"),
                Fact("When", "recurrence.sentence"),
                Fact("Next", lambda row: cells.exact_moment(row.next_run_at)),
                Fact("Last", lambda row: cells.exact_moment(row.last_run_at)),
                Fact("What came of it", "last_outcome"),
                Fact("Enabled", lambda row: cells.yes_or_no(row.is_enabled)),
            ),
        ),
    ),
    buttons=(
        RowLink(schedule_actions.UPDATE, "instance-schedule-edit", icon="edit", label="Edit"),
        RowAction(
            schedule_actions.DELETE, schedules.delete, icon="trash", done="{name} is deleted.", goes_away=True
        ),
    ),
)


def _form(
    route: str, word: str, title: str, action: Action, form: type[PortalForm], submit: Any, to: DetailPage
) -> FormPage:
    return about(
        INSTANCE,
        word,
        route=route,
        title=title,
        action=action,
        form=form,
        submit=submit,
        button="Save",
        done=lambda result: f"{result} is on its way." if to is SNAPSHOT else f"{result} is saved.",
        next=to.address,
    )


FORMS = (
    _form(
        "instance-snapshot-take",
        "snapshot",
        "Take a snapshot of {name}",
        actions.TAKE,
        TakeForm,
        _take,
        SNAPSHOT,
    ),
    _form(
        "instance-schedule-add",
        "schedule",
        "Add a schedule to {name}",
        schedule_actions.CREATE,
        ScheduleForm,
        _schedule,
        SCHEDULE,
    ),
    _form(
        "instance-lease",
        "lease",
        "How long {name} may live",
        schedule_actions.LEASE,
        LeaseForm,
        _lease,
        INSTANCE,
    ),
    editing(SCHEDULE, action=schedule_actions.UPDATE, form=EditScheduleForm, submit=_reschedule),
)
menu.entry(
    "Instance snapshots",
    "instance-snapshots",
    icon="copy",
    section="Resources",
    order=15,
    action=actions.READ,
)
subjects.shown_at("instance snapshot", "instance-snapshot")
subjects.shown_at("schedule", "instance-schedule")

urlpatterns = [
    *(pattern for form in FORMS for pattern in form.urls()),
    *SNAPSHOTS.urls(),
    *SNAPSHOT.urls(),
    *SCHEDULE.urls(),
]
