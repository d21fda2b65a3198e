"""Security groups and their rules at the REST door."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from cloudportal.api.calls import into, working
from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values, Whole
from cloudportal.api.work import Work
from cloudportal.core.caller import Caller
from networking import group_actions as actions
from networking import group_queries as queries
from networking.models import SecurityGroupRule
from networking.rules import LAST_ICMP, LAST_PORT, NewRule
from networking.services import security_groups
from networking.services.security_groups import GroupValues


class SecurityGroupShape(RowShape):
    """A set of network cards and what they may receive and send."""

    name = serializers.CharField()
    description = serializers.CharField()
    account = NamedShape()
    is_default = serializers.BooleanField()
    rule_count = serializers.IntegerField(default=None)


class EditSecurityGroup(Values):
    """What a security group is called."""

    name = Text(max_length=100, required=False)
    description = Text(max_length=100, required=False, allow_blank=True)


class CreateSecurityGroup(EditSecurityGroup):
    """A new one lets everything out and nothing in."""

    name = Text(max_length=100)


class SecurityGroupRuleShape(RowShape):
    """Traffic that may begin: with the addresses of `cidr`, or with the network cards in the group `peer`."""

    direction = serializers.ChoiceField(choices=SecurityGroupRule.DIRECTIONS)
    protocol = serializers.ChoiceField(choices=SecurityGroupRule.PROTOCOLS)
    first_port = serializers.IntegerField(allow_null=True)
    last_port = serializers.IntegerField(allow_null=True)
    icmp_type = serializers.IntegerField(allow_null=True)
    icmp_code = serializers.IntegerField(allow_null=True)
    cidr = serializers.CharField()
    peer = NamedShape(allow_null=True)


class AddRule(Values):
    """Either `cidr` or `peer` says with whom. Ports are those of the receiver, for tcp and udp."""

    direction = serializers.ChoiceField(choices=SecurityGroupRule.DIRECTIONS)
    protocol = serializers.ChoiceField(choices=SecurityGroupRule.PROTOCOLS, required=False)
    first_port = Whole(max_value=LAST_PORT, required=False, allow_null=True)
    last_port = Whole(max_value=LAST_PORT, required=False, allow_null=True)
    icmp_type = Whole(max_value=LAST_ICMP, required=False, allow_null=True)
    icmp_code = Whole(max_value=LAST_ICMP, required=False, allow_null=True)
    cidr = Text(max_length=18, required=False)
    peer = Reference(required=False)


def _rules(caller: Caller, group: UUID) -> Any:
    return queries.rules_for(caller, queries.group_for(caller, group))


def _rule(caller: Caller, group: UUID, uuid: UUID) -> SecurityGroupRule:
    return queries.rule_for(caller, queries.group_for(caller, group), uuid)


def _add_rule(caller: Caller, group: UUID, values: dict[str, Any]) -> Work:
    rule, job = security_groups.add_rule(caller, queries.group_for(caller, group), NewRule(**values))
    return Work(job, rule)


SECURITY_GROUPS = Resource(
    path="security-groups",
    noun="security group",
    shape=SecurityGroupShape,
    read=actions.READ,
    rows=queries.groups_for,
    row=queries.group_for,
    filters=(Filter("name"), by_text(), by_uuid("account")),
    orderings=("name", "created_at"),
    changes=(
        Create(CreateSecurityGroup, into(GroupValues, security_groups.create), actions.CREATE),
        Edit(EditSecurityGroup, into(GroupValues, security_groups.update), actions.UPDATE),
        Remove(security_groups.delete, actions.DELETE),
    ),
)

SECURITY_GROUP_RULES = Resource(
    path="security-groups/{group}/rules",
    noun="rule",
    shape=SecurityGroupRuleShape,
    read=actions.READ,
    rows=_rules,
    row=_rule,
    filters=(
        Filter("direction", choices=SecurityGroupRule.DIRECTIONS),
        Filter("protocol", choices=SecurityGroupRule.PROTOCOLS),
        by_uuid("peer"),
    ),
    orderings=("created_at", "direction"),
    changes=(
        Create(AddRule, _add_rule, actions.ADD_RULE, works=True, summary="Let more traffic through"),
        Remove(working(security_groups.remove_rule), actions.REMOVE_RULE, works=True),
    ),
)
