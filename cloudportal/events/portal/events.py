"""Events: who did what, from where, and what was before and after."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events import actions
from cloudportal.events.models import Event
from cloudportal.events.queries import event_for, events_for
from cloudportal.portal import cells, home, menu, subjects
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Part, Place, Table
from cloudportal.portal.queries import SINCE, Filter, name_in
from cloudportal.portal.tones import Tone

RECENT = 8
LEVELS = ("info", "warning", "error")
_TONES = {"warning": Tone.CARE, "error": Tone.BAD}


def words_of(event: Event) -> str:
    """What happened, as a sentence."""
    return event.sentence


def _level(event: Event) -> Any:
    """The level; a badge only where it is worth a second look."""
    tone = _TONES.get(event.level)
    return cells.state(event.level, tone=tone) if tone else cells.quiet(event.level)


def _what(event: Event) -> Any:
    return cells.link(words_of(event), "event", event.uuid, note=event.type)


def _who(event: Event) -> Any:
    return cells.noted(event.user_name, event.source_address)


COLUMNS = (
    Column("at", "When", lambda event: cells.exact_moment(event.created_at), sort="created_at"),
    Column("what", "What", _what, sort="type"),
    Column(
        "subject",
        "About",
        lambda event: subjects.link(event.subject_type, event.subject_uuid, event.subject_name),
    ),
    Column("who", "Who", _who, sort="user_name"),
    Column("account", "Account", "account_name", sort="account_name", least=RoleKind.DOMAIN_ADMIN),
    Column("level", "Level", _level),
)

EVENTS = ListPage(
    route="events",
    path="events/",
    title="Events",
    nouns="events",
    icon="event",
    rows=events_for,
    columns=COLUMNS,
    about="Every change leaves an event: who made it, from where, and what was before and after.",
    search=("type", "sentence", "subject_name", "user_name"),
    filters=(
        Filter("level", "Level", "level", lambda caller: [(one, one) for one in LEVELS]),
        SINCE,
        Filter(
            "subject", "About", "subject_uuid", called=name_in(events_for, "subject_name", key="subject_uuid")
        ),
        Filter("job", "Job", "job_uuid"),
    ),
)


COLUMNS_OF_PANEL = (
    Column(
        "what", "What", lambda event: cells.link(words_of(event), "event", event.uuid, note=event.user_name)
    ),
    Column("at", "When", lambda event: cells.moment(event.created_at)),
)


def _changes(caller: Caller, event: Event) -> dict[str, Any] | None:
    names = sorted({*event.before, *event.after})
    lines = [(name.replace("_", " "), event.before.get(name), event.after.get(name)) for name in names]
    return {"lines": lines} if lines else None


EVENT = DetailPage(
    route="event",
    path="events/",
    noun="event",
    row=event_for,
    parent="events",
    parent_label="Events",
    title=words_of,
    state=None,
    panels=(
        Part("What changed", "portal/events/changes.html", _changes),
        Facts(
            "Event",
            (
                Fact("When", lambda event: cells.exact_moment(event.created_at)),
                Fact("Type", lambda event: cells.code(event.type)),
                Fact("Level", _level),
                Fact(
                    "About",
                    lambda event: subjects.link(event.subject_type, event.subject_uuid, event.subject_name),
                ),
                Fact("Who", "user_name"),
                Fact("Account", "account_name"),
                Fact("From", "source_address"),
                Fact("Through", "door"),
                Fact(
                    "Job",
                    lambda event: (
                        cells.link("Steps and log", "job", event.job_uuid) if event.job_uuid else ""
                    ),
                ),
                Fact("Id", lambda event: cells.copyable(event.uuid)),
            ),
        ),
    ),
)


def events_panel(place: Place = "main") -> Table:
    """The last events about a thing."""
    return Table(
        "Events",
        lambda caller, row: (
            events_for(caller).filter(subject_uuid=row.uuid)[:RECENT] if caller.may(actions.READ.name) else []
        ),
        COLUMNS_OF_PANEL,
        more=("events", "subject"),
        place=place,
    )


def _recent(caller: Caller) -> dict[str, Any]:
    return {
        "events": [(one, words_of(one)) for one in events_for(caller)[:RECENT]],
        "more": reverse("portal:events"),
    }


def events_address(subject_uuid: object) -> str:
    """The list of events about one thing."""
    return f"{reverse('portal:events')}?{urlencode({'subject': subject_uuid})}"


menu.entry("Events", "events", icon="event", section="Activity", order=20, action=actions.READ)
home.panel(
    "events", "What happened", "portal/home/events.html", _recent, order=50, action=actions.READ, place="side"
)

urlpatterns = [*EVENTS.urls(), *EVENT.urls()]
