"""The rules of a role, one by one: added, changed, put in order, removed, or all at once."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from cloudportal.core.caller import Caller
from tenants.models import Role
from tenants.services import rule_lines
from tenants.services.roles import for_edit, rewrite
from tenants.services.rule_lines import Line, lines_of


@transaction.atomic
def add(caller: Caller, role: Role, line: Line, *, position: int | None = None) -> Line:
    """One rule more, at the position counted from 0, or at the end. Raises InvalidInput, NotPermitted, Conflict."""
    fresh = for_edit(caller, role)
    rewrite(caller, fresh, "ROLE.PERMISSION.CREATE", rule_lines.added(lines_of(fresh), line, position))
    return line


@transaction.atomic
def change(
    caller: Caller,
    role: Role,
    uuid: UUID | str,
    *,
    allows: bool | None = None,
    description: str | None = None,
) -> Line:
    """Another answer or description for a rule; None leaves it. Raises NotFound beside what `add` raises."""
    fresh = for_edit(caller, role)
    lines = lines_of(fresh)
    old = rule_lines.line_named(lines, uuid)
    new = replace(
        old,
        allows=old.allows if allows is None else allows,
        description=old.description if description is None else description,
    )
    rewrite(caller, fresh, "ROLE.PERMISSION.UPDATE", rule_lines.changed(lines, new))
    return new


@transaction.atomic
def remove(caller: Caller, role: Role, uuid: UUID | str) -> Role:
    """One rule less. Raises as `change`: taking a denial away must not allow what the caller may not do."""
    fresh = for_edit(caller, role)
    return rewrite(caller, fresh, "ROLE.PERMISSION.DELETE", rule_lines.without(lines_of(fresh), uuid))


@transaction.atomic
def reorder(caller: Caller, role: Role, uuids: Sequence[UUID | str]) -> Role:
    """The rules in the order of these uuids, which name every one of them."""
    fresh = for_edit(caller, role)
    return rewrite(caller, fresh, "ROLE.PERMISSION.UPDATE", rule_lines.reordered(lines_of(fresh), uuids))


@transaction.atomic
def replace_all(caller: Caller, role: Role, lines: Sequence[Line]) -> Role:
    """Exactly these rules, in this order."""
    fresh = for_edit(caller, role)
    return rewrite(caller, fresh, "ROLE.PERMISSION.UPDATE", lines)
