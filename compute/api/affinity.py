"""Affinity groups at the REST door, and which of them an instance is in."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, UUIDS, Filter, by_text, by_uuid
from cloudportal.api.handlers import added_to
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, References, RowShape, Text, Values
from cloudportal.core.caller import Caller
from compute import placement_actions as actions
from compute import placement_queries as queries
from compute.api.instances import INSTANCES
from compute.models import Instance
from compute.services import affinity_groups, instances
from compute.services.affinity_groups import KINDS, AffinityGroupChanges, AffinityGroupValues


class AffinityGroupShape(RowShape):
    """Instances that are kept together on a host, or apart."""

    name = serializers.CharField()
    description = serializers.CharField()
    account = NamedShape()
    domain = NamedShape(source="account.domain")
    kind = serializers.ChoiceField(choices=KINDS)
    is_strict = serializers.BooleanField(
        help_text="A strict group refuses hosts that break it; others prefer hosts that do not."
    )
    instances = NamedShape(many=True)


class EditAffinityGroup(Values):
    """What may be changed about a group. What it asks for may not: its members were placed by it."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)


class CreateAffinityGroup(EditAffinityGroup):
    """A group as its owner wants it."""

    kind = serializers.ChoiceField(choices=KINDS)
    is_strict = serializers.BooleanField(required=False)


class ChangeAffinity(Values):
    """All the groups that the instance is to be in."""

    affinity_groups = References(max_length=20)


def change_groups(caller: Caller, instance: Instance, values: dict[str, Any]) -> Instance:
    """The verb of an instance."""
    return instances.change_groups(caller, instance, values["affinity_groups"])


CHANGE_GROUPS = added_to(
    INSTANCES,
    Verb(
        "change-affinity",
        change_groups,
        actions.CHANGE_GROUPS,
        takes=ChangeAffinity,
        summary="Put a stopped instance into other affinity groups",
    ),
)
AFFINITY_GROUPS = Resource(
    path="affinity-groups",
    noun="affinity group",
    shape=AffinityGroupShape,
    read=actions.READ_AFFINITY_GROUP,
    rows=queries.affinity_groups_for,
    row=queries.affinity_group_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("kind", choices=KINDS),
        Filter("is_strict", kind=FLAG),
        Filter("instance", "instances__uuid", UUIDS),
        by_uuid("account"),
        by_uuid("domain", "account__domain__uuid"),
    ),
    orderings=("name", "created_at", "kind"),
    changes=(
        Create(
            CreateAffinityGroup,
            into(AffinityGroupValues, affinity_groups.create),
            actions.CREATE_AFFINITY_GROUP,
        ),
        Edit(
            EditAffinityGroup,
            into(AffinityGroupChanges, affinity_groups.update),
            actions.UPDATE_AFFINITY_GROUP,
        ),
        Remove(affinity_groups.delete, actions.DELETE_AFFINITY_GROUP),
    ),
)
