"""Ordered allow/deny lines: checked against the declared actions and against what their maker may do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from uuid import uuid4 as new_uuid

from cloudportal.core.actions import all_actions
from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted
from cloudportal.core.permissions import Rule
from tenants.names import check_text
from tenants.roles import allowed_by

MOST_LINES = 500


@dataclass(frozen=True)
class Line:
    """One line of a role: `pattern` is an action's name, with `*` for any part of it."""

    pattern: str
    allows: bool
    description: str = ""
    uuid: UUID = field(default_factory=new_uuid)

    @property
    def rule(self) -> Rule:
        """The line as what decides."""
        return Rule(self.pattern, self.allows)


def lines_of(role: Any) -> list[Line]:
    """The lines of a role or project role as they are in the database now."""
    rows = role.rules.order_by("position")
    return [Line(row.pattern, row.allows, row.description, row.uuid) for row in rows]


def check_lines(may: Callable[[str], bool], lines: Sequence[Line]) -> None:
    """Returns for lines that speak of actions that exist and that allow nothing that their maker may not do:
    `may` answers that for an action's name. Raises InvalidInput or NotPermitted.
    """
    if len(lines) > MOST_LINES:
        raise InvalidInput.of("rules", f"A role has at most {MOST_LINES} rules.")
    for line in lines:
        _check_pattern(line.pattern)
        check_text(line.description, field="description")
    beyond = sorted(name for name in allowed_by(line.rule for line in lines) if not may(name))
    if beyond:
        raise NotPermitted(
            f"These rules would allow what you may not do yourself, such as {beyond[0]}. Leave that out.",
            actions=beyond[:20],
        )


def _check_pattern(pattern: str) -> None:
    rule = Rule(pattern, True)
    # fnmatch knows ? and [ too; a line that looks like an action's name must not mean another.
    if any(letter in pattern for letter in "?[]") or not any(rule.matches(one.name) for one in all_actions()):
        raise InvalidInput.of(
            "pattern",
            f"No action is called {pattern[:60]!r}. Use a name such as instance.start, or * for any part of one.",
        )


def write_lines(role: Any, lines: Iterable[Line]) -> None:
    """Makes these the role's lines, in this order; lines keep their uuid. Needs an open transaction."""
    role.rules.all().delete()
    model = role.rules.model
    model.objects.bulk_create(
        model(
            role=role,
            uuid=line.uuid,
            position=position,
            pattern=line.pattern,
            allows=line.allows,
            description=line.description.strip(),
        )
        for position, line in enumerate(lines)
    )
    # What was prefetched is of the past.
    getattr(role, "_prefetched_objects_cache", {}).pop("rules", None)


def added(lines: Sequence[Line], line: Line, position: int | None) -> list[Line]:
    """The lines with one more at the position, counted from 0, or at the end."""
    at = len(lines) if position is None else position
    if not 0 <= at <= len(lines):
        raise InvalidInput.of("position", f"Use a position from 0 to {len(lines)}.")
    return [*lines[:at], line, *lines[at:]]


def changed(lines: Sequence[Line], line: Line) -> list[Line]:
    """The lines with the one of this uuid put in place of the old. Raises NotFound."""
    _require_line(lines, line.uuid)
    return [line if one.uuid == line.uuid else one for one in lines]


def without(lines: Sequence[Line], uuid: UUID | str) -> list[Line]:
    """The lines without the one of this uuid. Raises NotFound."""
    found = _require_line(lines, uuid)
    return [one for one in lines if one.uuid != found.uuid]


def reordered(lines: Sequence[Line], uuids: Sequence[UUID | str]) -> list[Line]:
    """The same lines in another order. Raises InvalidInput where the order names others, or not all."""
    by_uuid = {str(line.uuid): line for line in lines}
    order = [str(uuid) for uuid in uuids]
    if sorted(order) != sorted(by_uuid):
        raise InvalidInput.of("order", "Name every rule of the role exactly once.")
    return [by_uuid[uuid] for uuid in order]


def line_named(lines: Sequence[Line], uuid: UUID | str) -> Line:
    """The line of this uuid. Raises NotFound."""
    return _require_line(lines, uuid)


def _require_line(lines: Sequence[Line], uuid: UUID | str) -> Line:
    found = next((one for one in lines if str(one.uuid) == str(uuid)), None)
    if found is None:
        raise NotFound(noun="role rule", uuid=uuid)
    return found


def as_values(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines for an event."""
    return [{"pattern": line.pattern, "allows": line.allows} for line in lines]
