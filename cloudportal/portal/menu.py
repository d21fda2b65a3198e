"""The portal's menu: every app says which pages it has, and each caller is shown those that they may open."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal.standing import stands_at

# In the order in which they stand. The first has no heading.
SECTIONS = ("", "Resources", "Activity", "Tenants", "Infrastructure")


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `least` keeps it from callers whose kind has no use for it, though they may read it.

    `count` may say how many things there want attention; None or 0 shows nothing.
    """

    label: str
    route: str
    icon: str
    section: str
    order: int
    action: Action | None = None
    least: RoleKind = RoleKind.USER
    count: Callable[[Caller], int] | None = None

    def is_for(self, caller: Caller) -> bool:
        """True where the caller has a use for the page and may open it."""
        may = self.action is None or caller.may(self.action.name)
        return may and stands_at(caller, self.least)


@dataclass(frozen=True)
class Line:
    """An entry as one caller sees it."""

    label: str
    url: str
    icon: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True)
class Section:
    """A heading with its lines."""

    title: str
    lines: tuple[Line, ...]


_registered: dict[str, Entry] = {}


def entry(label: str, route: str, *, icon: str, section: str, order: int, **options: object) -> Entry:
    """Puts a page into the menu, once per route."""
    if section not in SECTIONS:
        raise ValueError(f"The menu has no section {section!r}.")
    declared = Entry(label, route, icon, section, order, **options)  # type: ignore[arg-type]
    if _registered.setdefault(route, declared) != declared:
        raise ValueError(f"Two entries of the menu lead to {route}.")
    return declared


def all_entries() -> tuple[Entry, ...]:
    """Every entry, in the order of the menu."""
    return tuple(
        sorted(_registered.values(), key=lambda one: (SECTIONS.index(one.section), one.order, one.label))
    )


def address_for(caller: Caller, route: str) -> str:
    """Where the entry's page is, empty where there is none or the caller may not open it."""
    found = _registered.get(route)
    return reverse(f"portal:{route}") if found and found.is_for(caller) else ""


def menu_for(caller: Caller, path: str) -> list[Section]:
    """What this caller's menu shows while they are at `path`; sections without lines are left out."""
    current = _current_route(path)
    lines: dict[str, list[Line]] = {title: [] for title in SECTIONS}
    for one in all_entries():
        if one.is_for(caller):
            count = one.count(caller) if one.count else 0
            url = reverse(f"portal:{one.route}")
            lines[one.section].append(Line(one.label, url, one.icon, one.route == current, count))
    return [Section(title, tuple(items)) for title, items in lines.items() if items]


def _current_route(path: str) -> str | None:
    """The entry whose address is the longest beginning of the path."""
    urls = {one.route: reverse(f"portal:{one.route}") for one in _registered.values()}
    matching = [route for route, url in urls.items() if path == url or (url != "/" and path.startswith(url))]
    return max(matching, key=lambda route: len(urls[route]), default=None)
