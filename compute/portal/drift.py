"""Drift: instances that are not on their host as the portal has them on record, and what to do about it."""

from datetime import datetime
from typing import Any

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.progress import progress_panel
from cloudportal.portal import cells, menu
from cloudportal.portal.buttons import RowAction
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.tones import Tone
from compute import actions, queries
from compute.models import Instance
from compute.portal import words
from compute.services import drift

ROOT = RoleKind.ROOT_ADMIN


def _sentence(instance: Instance) -> str:
    return str(instance.drift.get("sentence", ""))


def _kind(instance: Instance) -> Any:
    tone = Tone.IDLE if instance.drift.get("is_ignored") else Tone.BAD
    kind = str(instance.drift.get("kind", "drifted"))
    return cells.state(f"{kind}, ignored" if instance.drift.get("is_ignored") else kind, tone=tone)


def _seen(name: str, instance: Instance) -> Any:
    value = instance.drift.get(name)
    return cells.moment(datetime.fromisoformat(value)) if value else ""


def _first(instance: Instance) -> Any:
    return _seen("first_seen_at", instance)


def _last(instance: Instance) -> Any:
    return _seen("last_seen_at", instance)


def _count(caller: Caller) -> int:
    return queries.drifting_for(caller).count()


DRIFT = ListPage(
    route="drifts",
    path="infrastructure/drift/",
    title="Drift",
    nouns="findings",
    icon="drift",
    rows=queries.drifting_for,
    columns=(
        Column(
            "name",
            "Instance",
            lambda row: cells.link(row.name, "drift", row.uuid, note=row.account.name),
            sort="name",
        ),
        Column("kind", "Found", _kind),
        Column("sentence", "What is wrong", _sentence),
        Column("state", "On record", lambda row: cells.state(row.state), sort="state"),
        Column("times", "Seen", lambda row: f"{row.drift.get('times', 0)} ×", kind="number", on_phone=False),
        Column("last", "Last seen", _last),
    ),
    about="Every instance is on its host as it should be. What differs is listed here once it has been seen twice.",
    search=("name", "account__name"),
)
FINDING = DetailPage(
    route="drift",
    path="infrastructure/drift/",
    noun="finding",
    row=queries.drifting_instance_for,
    parent="drifts",
    parent_label="Drift",
    state=_kind,
    summary=_sentence,
    panels=(
        progress_panel(),
        Facts(
            "Finding",
            (
                Fact("Instance", words.name),
                Fact("On record", lambda row: cells.state(row.state)),
                Fact("Host on record", words.host),
                Fact("Host found", lambda row: row.drift.get("host_name", "")),
                Fact("Account", "account.name"),
                Fact("Seen", lambda row: f"{row.drift.get('times', 0)} ×"),
                Fact("First seen", _first),
                Fact("Last seen", _last),
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.REPAIR_DRIFT,
            drift.repair,
            icon="reboot",
            done="{name} is being repaired.",
            goes_away=True,
        ),
        RowAction(
            actions.ACCEPT_DRIFT,
            drift.accept,
            icon="check",
            done="What was found is on record.",
            goes_away=True,
        ),
        RowAction(
            actions.IGNORE_DRIFT,
            drift.ignore,
            icon="close",
            done="{name} is left as it is.",
            goes_away=True,
            is_shown=lambda caller, row: not row.drift.get("is_ignored"),
        ),
    ),
)

menu.entry(
    "Drift",
    "drifts",
    icon="drift",
    section="Infrastructure",
    order=10,
    action=actions.READ_DRIFT,
    least=ROOT,
    count=_count,
)

urlpatterns = [*DRIFT.urls(), *FINDING.urls()]
