"""The ways to find security groups and their rules."""

from uuid import UUID

from django.db.models import Count

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from networking import group_actions as actions
from networking.models import SecurityGroup, SecurityGroupRule


def groups_for(caller: Caller) -> ScopedQuerySet[SecurityGroup]:
    """The caller's security groups by name, each with `rule_count`."""
    actions.READ.permit(caller)
    rows = SecurityGroup.objects.for_caller(caller).select_related("account__domain")
    return rows.annotate(rule_count=Count("rules"))  # type: ignore[return-value]


def group_for(caller: Caller, uuid: UUID | str) -> SecurityGroup:
    """One of them. Raises NotFound."""
    return groups_for(caller).one(uuid)


def rules_for(caller: Caller, group: SecurityGroup) -> ScopedQuerySet[SecurityGroupRule]:
    """The rules of one of the caller's groups."""
    actions.READ.permit(caller)
    rows = SecurityGroupRule.objects.for_caller(caller).filter(group=group)
    return rows.select_related("group__account__domain", "peer")


def rule_for(caller: Caller, group: SecurityGroup, uuid: UUID | str) -> SecurityGroupRule:
    """One of them. Raises NotFound."""
    return rules_for(caller, group).one(uuid)
