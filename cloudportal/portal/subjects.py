"""From what a job or an event speaks of to its page: each app says which of its pages shows which noun."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from cloudportal.portal import cells

_routes: dict[str, str] = {}


def shown_at(noun: str, route: str) -> None:
    """Things of this noun (a model's verbose name) have their page at this route."""
    _routes[noun] = route


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
