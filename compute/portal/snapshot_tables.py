"""What the page of an instance shows of its snapshots, its schedules and its end."""

from typing import Any

from django.utils.html import format_html

from cloudportal.portal import cells
from cloudportal.portal.buttons import RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.panels import Fact, Table
from compute import schedule_actions, snapshot_actions
from compute.models import Instance, InstanceSnapshot
from compute.snapshot_queries import tree_of


def _node(found: tuple[int, InstanceSnapshot]) -> Any:
    depth, one = found
    # Lines drawn by characters, so that the tree is one for readers of every kind.
    branch = "\u00a0\u00a0" * (depth - 1) + "└ " if depth else ""
    note = "the instance stands here" if one.is_current else ""
    return format_html("{}{}", branch, cells.link(one.name, "instance-snapshot", one.uuid, note=note))


def _end(instance: Instance) -> Any:
    lease = getattr(instance, "lease", None)
    if lease is None:
        return ""
    return cells.noted(cells.exact_moment(lease.ends_at), f"then: {lease.policy}")


SNAPSHOT_TABLE = Table(
    "Snapshots",
    lambda caller, row: tree_of(row),
    (
        Column("name", "Snapshot", _node),
        Column("state", "State", lambda found: cells.state(found[1].state)),
        Column("memory", "Memory", lambda found: cells.yes_or_no(found[1].has_memory)),
        Column("taken", "Taken", lambda found: cells.moment(found[1].taken_at)),
    ),
    empty="It was never kept as it was.",
    add=RowLink(snapshot_actions.TAKE, "instance-snapshot-take", icon="copy", label="Take snapshot"),
)
SCHEDULE_TABLE = Table(
    "Schedules",
    lambda caller, row: row.schedules.all(),
    (
        Column("name", "Schedule", lambda one: cells.link(one.name, "instance-schedule", one.uuid)),
        Column("verb", "What", "verb"),
        Column("when", "When", "recurrence.sentence"),
        Column("next", "Next", lambda one: cells.exact_moment(one.next_run_at)),
        Column("last", "Last", "last_outcome", on_phone=False),
    ),
    empty="Nothing is done by itself.",
    add=RowLink(schedule_actions.CREATE, "instance-schedule-add", icon="plus"),
)
END = Fact("Its lease ends", _end, is_shown_empty=False)
