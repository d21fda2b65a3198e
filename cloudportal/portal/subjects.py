"""From what jobs, events and lower rooms speak of to its page: each app says which of its pages shows which noun."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.portal import cells


@dataclass(frozen=True)
class Holder:
    """What has something: its name, and the route of its page."""

    name: str
    route: str
    uuid: UUID


Holders = Callable[[Caller, set[UUID]], dict[UUID, Holder]]

_routes: dict[str, str] = {}
_holders: dict[str, Holders] = {}


def shown_at(noun: str, route: str) -> None:
    """Things of this noun (a model's verbose name) have their page at this route."""
    _routes[noun] = route


def held_through(noun: str, holders: Holders) -> None:
    """Finds what stands behind the uuids of this noun, for rooms that keep no more of it than a uuid."""
    _holders[noun] = holders


def holders_of(noun: str, caller: Caller, uuids: Iterable[UUID | None]) -> dict[UUID, Holder]:
    """What stands behind those uuids, as far as the caller may see it, in one query."""
    wanted = {one for one in uuids if one is not None}
    return _holders[noun](caller, wanted) if wanted and noun in _holders else {}


def name_of(noun: str) -> Callable[[Caller, str], str]:
    """For a filter's `called`: the name of what stands behind a uuid of this noun, empty where the caller may not see
    it. What a project's account owns is the project's to them.
    """

    def called(caller: Caller, uuid: str) -> str:
        found = holders_of(noun, caller, [UUID(uuid)]).get(UUID(uuid))
        return found.name if found else ""

    return called


def address(noun: str, uuid: UUID | None) -> str:
    """The page of the thing, empty where there is none."""
    route = _routes.get(noun)
    return reverse(f"portal:{route}", args=[uuid]) if route and uuid else ""


def link(noun: str, uuid: UUID | None, name: str) -> Any:
    """The thing's name as a link to its page, with its noun below; only the name where it has no page."""
    words = name or (str(uuid) if uuid else "")
    if not words:
        return cells.NOTHING
    route = _routes.get(noun)
    return cells.link(words, route, uuid, note=noun) if route and uuid else cells.noted(words, noun)
