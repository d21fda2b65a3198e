"""What the page of a volume shows of its snapshots, their schedules, and copies that are to be downloaded."""

from cloudportal.portal import cells, formats
from cloudportal.portal.buttons import RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.panels import Table
from storage import actions, states

MOST_SHOWN = 10

SNAPSHOT_TABLE = Table(
    "Snapshots",
    lambda caller, row: row.snapshots.exclude(state=states.DELETED)[:MOST_SHOWN],
    (
        Column("name", "Snapshot", lambda one: cells.link(one.name, "snapshot", one.uuid)),
        Column("state", "State", lambda one: cells.state(one.state)),
        Column("size", "Size", lambda one: formats.size(one.size_bytes), kind="number"),
        Column("taken", "Taken", lambda one: cells.moment(one.taken_at)),
    ),
    empty="No snapshot was taken of it yet.",
    more=("snapshots", "volume"),
    add=RowLink(actions.TAKE_SNAPSHOT, "snapshot-take", icon="copy"),
)
EXPORT_TABLE = Table(
    "Copies to download",
    lambda caller, row: row.exports.all()[:MOST_SHOWN],
    (
        Column("name", "Copy", lambda one: cells.link(one.format, "volume-export", one.uuid)),
        Column("state", "State", lambda one: cells.state(one.state)),
        Column("size", "Size", lambda one: formats.size(one.size_bytes), kind="number"),
        Column("until", "Kept until", lambda one: cells.exact_moment(one.expires_at)),
    ),
    empty="There is none. One is made when you download the volume, and deleted after a while.",
    add=RowLink(actions.EXPORT_VOLUME, "volume-download", icon="down"),
)
SCHEDULE_TABLE = Table(
    "Snapshot schedules",
    lambda caller, row: row.snapshot_schedules.all(),
    (
        Column("interval", "Schedule", lambda one: cells.link(one.interval, "snapshot-schedule", one.uuid)),
        Column("when", "When", "recurrence.sentence"),
        Column("keep", "Kept", "keep", kind="number"),
        Column("next", "Next", lambda one: cells.exact_moment(one.next_run_at if one.is_enabled else None)),
    ),
    empty="Nothing is taken by itself.",
    add=RowLink(actions.SCHEDULE_SNAPSHOTS, "snapshot-schedule-add", icon="plus"),
)
