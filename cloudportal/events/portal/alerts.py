"""Alerts: what needs a person, and the button that says it has been dealt with."""

from typing import Any

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events import actions, alerts
from cloudportal.events.models import Alert
from cloudportal.events.queries import alert_for, alerts_for
from cloudportal.portal import cells, home, menu, subjects
from cloudportal.portal.buttons import RowAction
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter, name_in

RECENT = 5


def _state(alert: Alert) -> str:
    return "open" if alert.is_open else "cleared"


def _sentence(alert: Alert) -> Any:
    return cells.link(alert.sentence, "alert", alert.uuid, note=alert.code)


def _subject(alert: Alert) -> Any:
    return subjects.link(alert.subject_type, alert.subject_uuid, alert.subject_name)


ALERTS = ListPage(
    route="alerts",
    path="alerts/",
    title="Alerts",
    nouns="alerts",
    icon="alert",
    rows=alerts_for,
    columns=(
        Column("sentence", "What is wrong", _sentence),
        Column("state", "State", lambda alert: cells.state(_state(alert))),
        Column("subject", "About", _subject, sort="subject_name"),
        Column("times", "Seen", lambda alert: f"{alert.times} ×", sort="times", kind="number"),
        Column("last", "Last seen", lambda alert: cells.moment(alert.last_seen_at), sort="last_seen_at"),
        Column(
            "first",
            "First seen",
            lambda alert: cells.moment(alert.created_at),
            sort="created_at",
            on_phone=False,
        ),
    ),
    about="When something needs a person, it is raised here once and stays until it is dealt with.",
    search=("sentence", "code", "subject_name"),
    filters=(
        Filter(
            "state",
            "State",
            "cleared_at__isnull",
            lambda caller: [("open", "open"), ("cleared", "cleared")],
            read=lambda value: value == "open",
        ),
        Filter(
            "subject", "About", "subject_uuid", called=name_in(alerts_for, "subject_name", key="subject_uuid")
        ),
    ),
)

ALERT = DetailPage(
    route="alert",
    path="alerts/",
    noun="alert",
    row=alert_for,
    parent="alerts",
    parent_label="Alerts",
    title=lambda alert: alert.sentence,
    state=_state,
    panels=(
        Facts(
            "Alert",
            (
                Fact("About", _subject),
                Fact("Detail", "detail"),
                Fact("Code", lambda alert: cells.code(alert.code)),
                Fact("Seen", lambda alert: f"{alert.times} ×"),
                Fact("First seen", lambda alert: cells.exact_moment(alert.created_at)),
                Fact("Last seen", lambda alert: cells.exact_moment(alert.last_seen_at)),
                Fact("Mailed", lambda alert: cells.exact_moment(alert.mailed_at)),
                Fact("Cleared", lambda alert: cells.exact_moment(alert.cleared_at)),
                Fact("Cleared by", "cleared_by"),
                Fact("Id", lambda alert: cells.copyable(alert.uuid)),
            ),
        ),
    ),
    buttons=(
        RowAction(
            actions.CLEAR_ALERT,
            alerts.clear,
            icon="check",
            done="The alert is cleared.",
            is_shown=lambda caller, alert: alert.is_open,
        ),
    ),
)


def _open(caller: Caller) -> dict[str, Any] | None:
    found = list(alerts_for(caller).filter(cleared_at=None)[:RECENT])
    return {"alerts": found} if found else None


def _count(caller: Caller) -> int:
    return alerts_for(caller).filter(cleared_at=None).count()


menu.entry(
    "Alerts",
    "alerts",
    icon="alert",
    section="Infrastructure",
    order=5,
    action=actions.READ_ALERTS,
    least=RoleKind.ROOT_ADMIN,
    count=_count,
)
home.panel(
    "alerts",
    "Needs a person",
    "portal/home/alerts.html",
    _open,
    order=5,
    action=actions.READ_ALERTS,
    place="top",
    least=RoleKind.ROOT_ADMIN,
)

urlpatterns = [*ALERTS.urls(), *ALERT.urls()]
