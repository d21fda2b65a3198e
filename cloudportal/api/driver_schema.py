"""What drivers are to be told, as the OpenAPI document says it: made from their own declarations."""

from functools import cache
from typing import Any

from cloudportal.drivers.registry import DriverKind, driver_class, driver_names
from cloudportal.drivers.settings import Scope, Setting

_TYPES = {"integer": "integer", "boolean": "boolean"}


@cache
def schema_of(kind: DriverKind, scope: Scope) -> dict[str, Any]:
    """One schema for each driver of that kind, any of which may hold; empty for a kind without drivers."""
    return {"type": "object", "anyOf": [_of_driver(kind, name, scope) for name in driver_names(kind)]}


def _of_driver(kind: DriverKind, name: str, scope: Scope) -> dict[str, Any]:
    declared = driver_class(kind, name).settings
    properties = {one.name: _of_setting(one) for one in declared if one.scope == scope}
    # None is required here: edits name what they change, and what a host has already need not be given again.
    return {"title": name, "type": "object", "properties": properties, "additionalProperties": False}


def _of_setting(one: Setting) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": _TYPES.get(one.kind, "string"),
        "title": one.label,
        "description": one.help,
    }
    if one.choices:
        schema["enum"] = [value for value, _ in one.choices]
    more = {"default": one.default, "minimum": one.minimum, "maximum": one.maximum}
    schema |= {word: value for word, value in more.items() if value is not None}
    return schema | ({"writeOnly": True} if one.secret else {})
