"""Drift: instances that are not on their host as the portal has them on record, and what to do about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, menu
from cloudportal.portal.buttons import RowAction
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Part
from cloudportal.portal.queries import Filter
from cloudportal.portal.tones import Tone
from compute import actions, queries
from compute.models import Instance
from compute.portal import words
from compute.reconcile.decisions import Kind
from compute.services import drift
from compute.topology.queries import hosts_for

ROOT = RoleKind.ROOT_ADMIN
# Whose instance it is, is told what it means for them: hosts and findings are none of their business.
SILENT_SENTENCE = "Its host does not answer; what is shown is what was known last."
OTHER_SENTENCE = "It was not found as it should be; whoever runs this cloud has been told."


def _sentence(instance: Instance) -> str:
    return str(instance.drift.get("sentence", ""))


def _kind(instance: Instance) -> Any:
    tone = Tone.IDLE if _is_ignored(instance) else Tone.BAD
    kind = str(instance.drift.get("kind", "drifted"))
    return cells.state(f"{kind}, ignored" if _is_ignored(instance) else kind, tone=tone)


def _seen(name: str, instance: Instance) -> Any:
    value = instance.drift.get(name)
    return cells.moment(datetime.fromisoformat(value)) if value else ""


def _first(instance: Instance) -> Any:
    return _seen("first_seen_at", instance)


def _last(instance: Instance) -> Any:
    return _seen("last_seen_at", instance)


def _hosts(caller: Caller) -> list[tuple[str, str]]:
    # Their names alone: a host's settings are not opened for a menu that is made anew every few seconds.
    rows = hosts_for(caller).order_by("name").values_list("uuid", "name")
    return [(str(uuid), name) for uuid, name in rows]


def _is_ignored(instance: Instance) -> bool:
    return bool(instance.drift.get("is_ignored"))


def _told(caller: Caller, instance: Instance) -> dict[str, Any] | None:
    """What was found about the instance, once it is certain: in full with a way to act on it for operators."""
    if not instance.drift.get("confirmed_at"):
        return None
    if caller.may(actions.READ_DRIFT.name) and caller.is_root_admin:
        return {"sentence": _sentence(instance), "url": reverse("portal:drift", args=[instance.uuid])}
    if instance.drift.get("kind") == Kind.SILENT:
        return {"sentence": SILENT_SENTENCE}
    return None if _is_ignored(instance) else {"sentence": OTHER_SENTENCE}


def _and_back(service: Callable[[Caller, Instance], Any]) -> Callable[[Caller, Instance], Instance]:
    """The service, giving the instance: on its page one sees what comes of it."""

    def performed(caller: Caller, instance: Instance) -> Instance:
        service(caller, instance)
        return instance

    return performed


def _instance_address(instance: Instance) -> str:
    return reverse("portal:instance", args=[instance.uuid])


FINDING_NOTICE = Part("What was found", "compute/finding_notice.html", _told, place="top")


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
    filters=(
        Filter("kind", "Found", "drift__kind", lambda caller: [(one.value, one.value) for one in Kind]),
        Filter("host", "Host on record", "host__uuid", _hosts),
    ),
    # Rounds go on finding: what waits for a person is looked at again.
    is_lively=lambda instance: not _is_ignored(instance),
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
        failure_panel(),
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
            _and_back(drift.repair),
            icon="reboot",
            done="{name} is being repaired.",
            lands=_instance_address,
            # Nothing can be repaired on a host that does not answer.
            is_shown=lambda caller, row: row.drift.get("kind") != Kind.SILENT,
        ),
        RowAction(
            actions.ACCEPT_DRIFT,
            _and_back(drift.accept),
            icon="check",
            done="What was found is on record.",
            lands=_instance_address,
        ),
        RowAction(
            actions.IGNORE_DRIFT,
            drift.ignore,
            icon="close",
            done="{name} is left as it is.",
            goes_away=True,
            is_shown=lambda caller, row: not _is_ignored(row),
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
