"""Roles: making, cloning, editing and deleting them. The built-in ones stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.core.names import check_label
from cloudportal.core.permissions import RoleKind
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import actions
from tenants.models import Role
from tenants.names import check_text
from tenants.roles import rules_of
from tenants.services import dominance
from tenants.services.rule_lines import Line, as_values, check_lines, lines_of, write_lines


@dataclass(frozen=True)
class NewRole:
    """What a role begins as. The first rule that matches an action decides; no match is a no."""

    name: str
    kind: str
    description: str = ""
    rules: tuple[Line, ...] = ()


@dataclass(frozen=True)
class RoleChanges:
    """What of a role is to be different; None leaves it."""

    name: str | None = None
    description: str | None = None


@transaction.atomic
def create(caller: Caller, values: NewRole) -> Role:
    """A role of the caller's kind or a humbler one, allowing nothing that the caller may not do.

    Raises InvalidInput, NotPermitted.
    """
    actions.CREATE_ROLE.permit(caller)
    kind = _kind(caller, values.kind)
    check_lines(caller.may, values.rules)
    name = _free_name(values.name)
    description = check_text(values.description, field="description")
    role = _insert(name, kind, description)
    write_lines(role, values.rules)
    after = {"name": name, "kind": kind.value, "rules": as_values(values.rules)}
    _record(caller, "ROLE.CREATE", role, f"Creates the role {name}.", after=after)
    return role


def clone(caller: Caller, role: Role, *, name: str, description: str = "") -> Role:
    """A new role of the same kind with the same rules; a built-in role's are written out one by one."""
    _require_sight(caller, role)
    written = rules_of(role) if role.is_builtin else [line.rule for line in role.rules.all()]
    lines = tuple(Line(rule.pattern, rule.allows) for rule in written)
    return create(caller, NewRole(name, role.kind, description or role.description, lines))


@transaction.atomic
def update(caller: Caller, role: Role, changes: RoleChanges) -> Role:
    """Renames or describes a role. Raises InvalidInput, NotPermitted, Conflict for a built-in role."""
    actions.UPDATE_ROLE.permit(caller)
    fresh = _changeable(caller, role)
    before = {"name": fresh.name, "description": fresh.description}
    if changes.name is not None and changes.name.strip() != fresh.name:
        fresh.name = _free_name(changes.name, except_for=fresh)
    if changes.description is not None:
        fresh.description = check_text(changes.description, field="description")
    fresh.save(update_fields=["name", "description"])
    after = {"name": fresh.name, "description": fresh.description}
    _record(caller, "ROLE.UPDATE", fresh, f"Edits the role {fresh.name}.", before=before, after=after)
    return fresh


@transaction.atomic
def delete(caller: Caller, role: Role) -> None:
    """Removes a role that no account has. Raises Conflict for one that is built in or in use."""
    actions.DELETE_ROLE.permit(caller)
    fresh = _changeable(caller, role)
    users = fresh.accounts.count()
    if users:
        raise Conflict(f"{users} accounts have the role {fresh.name}. Give them another role first.")
    before = {"name": fresh.name, "kind": fresh.kind, "rules": as_values(lines_of(fresh))}
    _record(caller, "ROLE.DELETE", fresh, f"Deletes the role {fresh.name}.", before=before)
    try:
        fresh.delete()
    except ProtectedError as error:
        sentence = f"Directory groups are mapped to the role {fresh.name}. Map them to another role first."
        raise Conflict(sentence) from error


def rewrite(caller: Caller, role: Role, event: str, lines: Sequence[Line]) -> Role:
    """Makes these the rules of a role locked by `for_edit`, and writes down the change."""
    before = as_values(lines_of(role))
    check_lines(caller.may, lines)
    write_lines(role, lines)
    sentence = f"Changes the rules of the role {role.name}."
    _record(caller, event, role, sentence, before={"rules": before}, after={"rules": as_values(lines)})
    return role


def for_edit(caller: Caller, role: Role) -> Role:
    """The role, locked until the transaction ends, for somebody who may edit it."""
    actions.UPDATE_ROLE.permit(caller)
    return _changeable(caller, role)


def _kind(caller: Caller, value: str) -> RoleKind:
    kind = next((one for one in RoleKind if one.value == value), None)
    if kind is None:
        raise InvalidInput.of("kind", f"Use one of {', '.join(RoleKind)}.")
    if kind.rank > caller.kind.rank:
        raise NotPermitted("You can make roles of your own kind and humbler ones only.")
    return kind


def _require_sight(caller: Caller, role: Role) -> None:
    if RoleKind(role.kind).rank > caller.kind.rank:
        raise NotFound(noun="role", uuid=role.uuid)


def _changeable(caller: Caller, role: Role) -> Role:
    _require_sight(caller, role)
    # Locked: two editors of the same rules must not each write a part of them.
    fresh = Role.objects.select_for_update().filter(pk=role.pk).first()
    if fresh is None:
        raise NotFound(noun="role", uuid=role.uuid)
    if fresh.is_builtin:
        raise Conflict(f"The role {fresh.name} is built in and stays as it is. Clone it and edit the copy.")
    dominance.require_role_within(caller, fresh, whose="This")
    return fresh


def _free_name(value: str, *, except_for: Role | None = None) -> str:
    name = check_label(value)
    others = Role.objects.exclude(pk=except_for.pk) if except_for else Role.objects.all()
    if others.filter(name__iexact=name).exists():
        raise _taken(name)
    return name


def _insert(name: str, kind: RoleKind, description: str) -> Role:
    try:
        with transaction.atomic():
            return Role.objects.create(name=name, kind=kind.value, description=description)
    except IntegrityError as error:
        raise _taken(name) from error


def _taken(name: str) -> InvalidInput:
    return InvalidInput.of("name", f"There is a role called {name} already. Choose another name.")


def _record(
    caller: Caller,
    event: str,
    role: Role,
    sentence: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    plans.note("role", sentence, name=role.name)
    records.record(caller, event, About.of(role), before=before, after=after, sentence=sentence)
