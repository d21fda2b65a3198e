"""Roles, their rules, and the actions that rules may name, at the REST door."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, Filter, by_text
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import References, RowShape, Shape, Text, Values
from cloudportal.api.singles import change, short_list
from cloudportal.core.actions import Action, all_actions
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from tenants import actions, queries
from tenants.models import Role
from tenants.roles import allowed_actions
from tenants.services import role_rules, roles
from tenants.services.roles import NewRole, RoleChanges
from tenants.services.rule_lines import Line

KINDS = tuple(kind.value for kind in RoleKind)


class RuleShape(Shape):
    """One line of a role; the first line that matches an action decides."""

    uuid = serializers.UUIDField()
    pattern = serializers.CharField()
    allows = serializers.BooleanField()
    description = serializers.CharField()


class RoleShape(RowShape):
    """What an account may do. The rules of built-in roles are made from the actions and not listed."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    description = serializers.CharField()
    is_builtin = serializers.BooleanField()
    is_read_only = serializers.BooleanField()
    rules = RuleShape(many=True)


class RoleDetailShape(RoleShape):
    """A role with everything that it allows."""

    allows = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_allows(self, role: Role) -> list[str]:
        """The names of the actions."""
        return sorted(allowed_actions(role))


class RuleValues(Values):
    """A line of a role."""

    pattern = Text(max_length=100, help_text="An action's name, with * for any part of it.")
    allows = serializers.BooleanField()
    description = Text(required=False, allow_blank=True)


class RuleChanges(Values):
    """What may be changed about a line."""

    allows = serializers.BooleanField()
    description = Text(required=False, allow_blank=True)


class AllRules(Values):
    """Every line of a role, in its order."""

    rules = serializers.ListField(child=RuleValues(), max_length=500)


class RuleOrder(Values):
    """The uuids of all lines of a role, in the order wanted."""

    rules = References(max_length=500)


class EditRole(Values):
    """What may be changed about a role."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)


class CreateRole(EditRole):
    """A role as its maker wants it."""

    kind = serializers.ChoiceField(choices=KINDS)
    rules = serializers.ListField(child=RuleValues(), max_length=500, required=False)


class ActionShape(Shape):
    """Something that may be done, under the name by which rules allow or deny it."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    least = serializers.ChoiceField(choices=KINDS, help_text="The humblest built-in role that has it.")
    reads = serializers.BooleanField()
    is_dangerous = serializers.BooleanField()


def _lines(rules: list[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**rule) for rule in rules)


def _create(caller: Caller, values: dict[str, Any]) -> Role:
    return roles.create(caller, NewRole(**{**values, "rules": _lines(values.get("rules", []))}))


def _clone(caller: Caller, role: Role, values: dict[str, Any]) -> Role:
    return roles.clone(caller, role, **values)


def _role(caller: Caller, role: UUID, *_: UUID) -> Role:
    return queries.role_for(caller, role)


def _add_rule(caller: Caller, role: UUID, values: dict[str, Any]) -> Line:
    return role_rules.add(caller, queries.role_for(caller, role), Line(**values))


def _replace_rules(caller: Caller, role: UUID, values: dict[str, Any]) -> Role:
    role_rules.replace_all(caller, queries.role_for(caller, role), _lines(values["rules"]))
    return queries.role_for(caller, role)


def _order_rules(caller: Caller, role: UUID, values: dict[str, Any]) -> Role:
    role_rules.reorder(caller, queries.role_for(caller, role), values["rules"])
    return queries.role_for(caller, role)


def _change_rule(caller: Caller, role: UUID, rule: UUID, values: dict[str, Any]) -> Line:
    return role_rules.change(caller, queries.role_for(caller, role), rule, **values)


def _remove_rule(caller: Caller, role: UUID, rule: UUID) -> None:
    role_rules.remove(caller, queries.role_for(caller, role), rule)


def _actions(caller: Caller) -> list[Action]:
    return list(all_actions())


ROLES = Resource(
    path="roles",
    noun="role",
    shape=RoleShape,
    detail=RoleDetailShape,
    read=actions.READ_ROLE,
    rows=queries.roles_for,
    row=queries.role_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("kind", choices=KINDS),
        Filter("is_builtin", kind=FLAG),
        Filter("is_read_only", kind=FLAG),
    ),
    orderings=("name", "kind", "created_at"),
    changes=(
        Create(CreateRole, _create, actions.CREATE_ROLE),
        Edit(EditRole, into(RoleChanges, roles.update), actions.UPDATE_ROLE),
        Remove(roles.delete, actions.DELETE_ROLE),
        Verb(
            "clone",
            _clone,
            actions.CREATE_ROLE,
            takes=EditRole,
            gives=RoleDetailShape,
            summary="Make a new role with the same rules",
        ),
    ),
)

RULES = "roles/{role}/rules/"
RULE_OPERATIONS = (
    change(
        "POST",
        RULES,
        _add_rule,
        name="create",
        summary="Add a rule at the end",
        action=actions.UPDATE_ROLE,
        subject=_role,
        takes=RuleValues,
        gives=RuleShape,
    ),
    change(
        "PUT",
        RULES,
        _replace_rules,
        name="replace",
        summary="Make these the rules of the role",
        action=actions.UPDATE_ROLE,
        subject=_role,
        takes=AllRules,
        gives=RoleDetailShape,
    ),
    change(
        "POST",
        RULES + "order/",
        _order_rules,
        name="order",
        summary="Put the rules into this order",
        action=actions.UPDATE_ROLE,
        subject=_role,
        takes=RuleOrder,
        gives=RoleDetailShape,
    ),
    change(
        "PATCH",
        RULES + "{uuid}/",
        _change_rule,
        name="edit",
        summary="Change what a rule says",
        action=actions.UPDATE_ROLE,
        subject=_role,
        takes=RuleChanges,
        gives=RuleShape,
    ),
    change(
        "DELETE",
        RULES + "{uuid}/",
        _remove_rule,
        name="remove",
        summary="Remove a rule",
        action=actions.UPDATE_ROLE,
        subject=_role,
    ),
    short_list(
        "actions/",
        ActionShape,
        _actions,
        summary="List everything that roles can allow or deny",
        action=actions.READ_ROLE,
    ),
)
