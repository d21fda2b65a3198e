"""Templates at the REST door."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.calls import into, spread, working
from cloudportal.api.filters import FLAG, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, RowShape, Text, Values, Whole
from storage import actions, queries, states
from storage.guest_terms import GUEST_DATA_FORMATS
from storage.models import Template
from storage.services import templates
from storage.services.templates import TemplateChanges, TemplateFile

STATES = tuple(sorted(states.TEMPLATE.states))


class TemplateShape(RowShape):
    """An image that root volumes begin as."""

    for_operators = ("checksum",)

    name = serializers.CharField()
    description = serializers.CharField()
    account = serializers.SerializerMethodField(help_text="Its owner, where that is yours to see.")
    os_type = serializers.CharField()
    format = serializers.CharField()
    size_bytes = serializers.IntegerField()
    virtual_size_bytes = serializers.IntegerField()
    minimum_memory_mib = serializers.IntegerField()
    guest_data_format = serializers.CharField(help_text="Empty for what fits the system.")
    takes_password = serializers.BooleanField()
    login_user = serializers.CharField(help_text="The user inside whom passwords and keys are for.")
    state = serializers.ChoiceField(choices=STATES)
    is_public = serializers.BooleanField()
    is_featured = serializers.BooleanField()
    checksum = serializers.CharField()

    @extend_schema_field(NamedShape(allow_null=True))
    def get_account(self, template: Template) -> Any:
        """The owner; a public template does not tell strangers whose it is."""
        caller = self.context["caller"]
        reach = caller.domain_path if caller.sees_subtree else None
        is_below = reach is not None and template.account.domain.path.startswith(reach)
        is_theirs = is_below or template.account_id == caller.owner.account_id
        return NamedShape(template.account).data if is_theirs else None


class EditTemplate(Values):
    """What its owner may change about a template."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)
    os_type = Text(max_length=60, required=False, allow_blank=True)
    minimum_memory_mib = Whole(max_value=2**31 - 1, required=False)
    guest_data_format = serializers.ChoiceField(
        choices=GUEST_DATA_FORMATS,
        required=False,
        allow_blank=True,
        help_text="How its guests are told things.",
    )
    takes_password = serializers.BooleanField(required=False)
    login_user = Text(max_length=32, required=False, allow_blank=True)


class RegisterTemplate(EditTemplate):
    """A template from a file that lies on the portal's own machine."""

    format = Text(max_length=10)
    source_file = Text(max_length=500, help_text="The file's name in the directory of images.")
    is_public = serializers.BooleanField(required=False)
    is_featured = serializers.BooleanField(required=False)


class PublishTemplate(Values):
    """Who sees the template, and where."""

    is_public = serializers.BooleanField(required=False)
    is_featured = serializers.BooleanField(required=False)


TEMPLATES = Resource(
    path="templates",
    noun="template",
    shape=TemplateShape,
    read=actions.READ_TEMPLATE,
    rows=queries.templates_for,
    row=queries.template_for,
    own=queries.own_template_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        Filter("format"),
        Filter("os_type"),
        Filter("is_public", kind=FLAG),
        Filter("is_featured", kind=FLAG),
        by_uuid("account"),
    ),
    orderings=("name", "created_at", "state", "size_bytes"),
    changes=(
        Create(
            RegisterTemplate,
            working(into(TemplateFile, templates.register)),
            actions.REGISTER_TEMPLATE_FILE,
            works=True,
            summary="Register a template from a file on the portal's machine",
        ),
        Edit(EditTemplate, into(TemplateChanges, templates.update), actions.UPDATE_TEMPLATE),
        Remove(working(templates.delete), actions.DELETE_TEMPLATE, works=True),
        Verb(
            "publish",
            spread(templates.publish),
            actions.PUBLISH_TEMPLATE,
            takes=PublishTemplate,
            summary="Show the template to everybody, or no longer",
        ),
    ),
)
