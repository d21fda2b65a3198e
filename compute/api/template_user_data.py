"""User data that comes with templates, at the REST door."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.resources import Create, Remove, Resource
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Values
from cloudportal.core.caller import Caller
from compute import guest_data_actions as actions
from compute.api.user_data import UserDataVariableShape
from compute.guest_data_queries import linked_for, own_linked_for
from compute.models import TemplateUserData
from compute.models.template_data import POLICIES
from compute.services.guest_data import template_links
from compute.services.guest_data.template_links import LinkValues
from storage.queries import is_own, own_template_for, template_for


class TemplateUserDataShape(RowShape):
    """What instances of a template are told by it: what whoever deploys may do about that, and values to give.

    What it says is for those who may change the template.
    """

    policy = serializers.ChoiceField(choices=POLICIES)
    user_data = serializers.SerializerMethodField()
    variables = UserDataVariableShape(many=True, source="user_data.variables")

    @extend_schema_field(NamedShape(allow_null=True))
    def get_user_data(self, row: TemplateUserData) -> dict[str, Any] | None:
        """Which one it is, for whoever may change the template."""
        caller: Caller | None = self.context.get("caller")
        if caller is None or not is_own(caller, row.template):
            return None
        return dict(NamedShape(row.user_data).data)


class LinkUserData(Values):
    """User data of the template's account, and what whoever deploys may do about it."""

    user_data = Reference()
    policy = serializers.ChoiceField(
        choices=POLICIES,
        required=False,
        help_text="Say something else instead (where nothing is sent), add to it, or take it as it is.",
    )


def _rows(caller: Caller, template: UUID) -> QuerySet[TemplateUserData]:
    return linked_for(caller, template_for(caller, template))


def _row(caller: Caller, template: UUID, uuid: UUID) -> TemplateUserData:
    return own_linked_for(caller, own_template_for(caller, template)).one(uuid)


def _link(caller: Caller, template: UUID, values: dict[str, Any]) -> TemplateUserData:
    return template_links.link(caller, own_template_for(caller, template), LinkValues(**values))


TEMPLATE_USER_DATA = Resource(
    path="templates/{template}/user-data",
    noun="template user data",
    shape=TemplateUserDataShape,
    read=actions.READ_USER_DATA,
    rows=_rows,
    row=_row,
    orderings=("created_at",),
    changes=(
        Create(
            LinkUserData,
            _link,
            actions.LINK_USER_DATA,
            summary="Tell instances of the template user data, in place of what they were told before",
        ),
        Remove(
            template_links.unlink,
            actions.UNLINK_USER_DATA,
            summary="Tell new instances of the template nothing any more",
        ),
    ),
)
