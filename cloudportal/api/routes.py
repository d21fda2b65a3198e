"""Where the operations are: URL patterns made from resources, and the list of all routes for whoever checks them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, path
from rest_framework import serializers

from cloudportal.api.filters import UUIDS
from cloudportal.api.handlers import operations_of
from cloudportal.api.operations import Operation, OperationView
from cloudportal.api.resources import Resource
from cloudportal.api.shapes import Reference

_PLACE = re.compile(r"{(\w+)(?::(\w+))?}")


@dataclass(frozen=True)
class Route:
    """One method at one address, and every place in it where the uuid of something stands."""

    method: str
    path: str
    operation: Operation
    path_uuids: tuple[str, ...]
    query_uuids: tuple[str, ...]
    body_uuids: tuple[str, ...]

    @property
    def name(self) -> str:
        """How the route is called in tests, as in `POST instances/{uuid}/start/`."""
        return f"{self.method} {self.path}"

    @property
    def action_name(self) -> str | None:
        """The permission that it asks for; None where signing in is enough or nothing is asked at all."""
        return self.operation.action.name if self.operation.action else None


def patterns(*resources: Resource, operations: Iterable[Operation] = ()) -> list[URLPattern]:
    """URL patterns for the resources, and for operations that belong to none."""
    by_path: dict[str, dict[str, Operation]] = {}
    for one in [*(one for resource in resources for one in operations_of(resource)), *operations]:
        methods = by_path.setdefault(one.path, {})
        if methods.setdefault(one.method, one) is not one:
            raise ValueError(f"{one.method} {one.path} is declared twice.")
    return [_pattern(where, methods) for where, methods in by_path.items()]


def _pattern(where: str, operations: dict[str, Operation]) -> URLPattern:
    serving = {method.lower(): OperationView.serve for method in operations}
    view: Any = type("ResourceView", (OperationView,), {"operations": operations, **serving})
    return path(_PLACE.sub(_converter, where), view.as_view())


def _converter(place: re.Match[str]) -> str:
    return f"<{place[2] or 'uuid'}:{place[1]}>"


def all_routes() -> tuple[Route, ...]:
    """Every operation that the program serves, read from its URLs and therefore complete."""
    found = {
        (one.path, one.method): _route(one)
        for view in _views(get_resolver().url_patterns)
        for one in view.operations.values()
    }
    return tuple(found[key] for key in sorted(found))


def _views(entries: Iterable[URLPattern | URLResolver]) -> Iterator[type[OperationView]]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from _views(entry.url_patterns)
            continue
        view = getattr(entry.callback, "cls", None)
        if isinstance(view, type) and issubclass(view, OperationView):
            yield view


def _route(operation: Operation) -> Route:
    return Route(
        method=operation.method,
        path=operation.path,
        operation=operation,
        path_uuids=tuple(name for name, kind in _PLACE.findall(operation.path) if not kind),
        query_uuids=tuple(one.name for one in operation.filters if one.kind is UUIDS),
        body_uuids=() if operation.takes is None else tuple(_references(operation.takes(), "")),
    )


def _references(values: serializers.BaseSerializer[Any], prefix: str) -> Iterator[str]:
    for name, field in getattr(values, "fields", {}).items():
        inner = getattr(field, "child", field)
        if isinstance(inner, Reference):
            yield f"{prefix}{name}"
        elif isinstance(inner, serializers.BaseSerializer):
            yield from _references(inner, f"{prefix}{name}.")
