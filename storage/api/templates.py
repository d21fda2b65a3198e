"""Templates at the REST door."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.calls import into, spread, working
from cloudportal.api.filters import FLAG, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values, Whole
from cloudportal.core.caller import Caller
from storage import actions, queries, states
from storage.api.transfers import LinkShape, SizeField, TicketShape, UploadAgain, linked, told
from storage.guest_terms import GUEST_DATA_FORMATS
from storage.models import Template
from storage.services import registration, sharing, templates
from storage.services.registration import TemplateFile, TemplateUpload
from storage.services.sharing import ShareWith
from storage.services.templates import TemplateChanges

KINDS = (Template.TEMPLATE, Template.ISO)
STATES = tuple(sorted(states.TEMPLATE.states))


class TemplateShape(RowShape):
    """An image that root volumes begin as."""

    for_operators = ("checksum", "source_url")

    kind = serializers.ChoiceField(choices=KINDS)
    name = serializers.CharField()
    description = serializers.CharField()
    account = serializers.SerializerMethodField(help_text="Its owner, where that is yours to see.")
    os_type = serializers.CharField(help_text="What its owner calls the system.")
    system = NamedShape(allow_null=True, help_text="The OS type that comes closest to that.")
    format = serializers.CharField()
    size_bytes = serializers.IntegerField()
    virtual_size_bytes = serializers.IntegerField()
    minimum_memory_mib = serializers.IntegerField()
    minimum_disk_gib = serializers.IntegerField()
    is_bootable = serializers.BooleanField()
    is_extractable = serializers.BooleanField()
    is_dynamically_scalable = serializers.BooleanField()
    source_url = serializers.CharField()
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
    os_type = Text(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="The name of one of /os-types/, or other words, for which the closest is chosen.",
    )
    minimum_memory_mib = Whole(max_value=2**31 - 1, required=False)
    minimum_disk_gib = Whole(max_value=2**31 - 1, required=False)
    is_extractable = serializers.BooleanField(required=False)
    is_dynamically_scalable = serializers.BooleanField(required=False)
    guest_data_format = serializers.ChoiceField(
        choices=GUEST_DATA_FORMATS,
        required=False,
        allow_blank=True,
        help_text="How its guests are told things.",
    )
    takes_password = serializers.BooleanField(required=False)
    login_user = Text(max_length=32, required=False, allow_blank=True)


class NewTemplate(EditTemplate):
    """What a template is to be."""

    kind = serializers.ChoiceField(choices=KINDS, required=False)
    format = Text(max_length=10, help_text="What the image is. It is checked, never guessed.")
    checksum = Text(
        required=False, allow_blank=True, help_text="As in sha256:9f86…; SHA-256, SHA-512 or MD5."
    )
    is_public = serializers.BooleanField(required=False)
    is_featured = serializers.BooleanField(required=False)


class RegisterTemplate(NewTemplate):
    """A template whose image is fetched from an address, or read from a file on the portal's own machine."""

    url = Text(max_length=2000, required=False, help_text="An https or http address.")
    source_file = Text(
        max_length=500, required=False, help_text="A path in the directory of images, for root admins."
    )


class UploadTemplate(NewTemplate):
    """A template whose image will be sent."""

    size_bytes = SizeField()


class PublishTemplate(Values):
    """Who sees the template, and where."""

    is_public = serializers.BooleanField(required=False)
    is_featured = serializers.BooleanField(required=False)


def _upload(caller: Caller, values: dict[str, Any]) -> Any:
    template, ticket = registration.upload(caller, TemplateUpload(**values))
    return told(ticket, template)


def _upload_again(caller: Caller, template: Template, values: dict[str, Any]) -> Any:
    return told(registration.upload_again(caller, template, **values), template)


def _extract(caller: Caller, template: Template) -> Any:
    return linked(templates.extract(caller, template))


class GrantShape(RowShape):
    """An account, or a project through its account, that may use a template."""

    account = NamedShape()


class ShareTemplate(Values):
    """Who may use it: one of the two."""

    account = Reference(required=False)
    project = Reference(required=False)


def _grants(caller: Caller, template: Any) -> Any:
    return queries.grants_for(caller, queries.own_template_for(caller, template))


def _grant(caller: Caller, template: Any, uuid: Any) -> Any:
    return queries.grant_for(caller, queries.own_template_for(caller, template), uuid)


def _share(caller: Caller, template: Any, values: dict[str, Any]) -> Any:
    return sharing.share(caller, queries.own_template_for(caller, template), ShareWith(**values))


TEMPLATE_GRANTS = Resource(
    path="templates/{template}/grants",
    noun="template grant",
    shape=GrantShape,
    read=actions.READ_TEMPLATE,
    rows=_grants,
    row=_grant,
    orderings=("created_at",),
    changes=(
        Create(
            ShareTemplate, _share, actions.SHARE_TEMPLATE, summary="Let an account or project use a template"
        ),
        Remove(sharing.unshare, actions.SHARE_TEMPLATE, summary="Take a template from an account or project"),
    ),
)

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
        Filter("kind", choices=KINDS),
        Filter("format"),
        Filter("os_type"),
        by_uuid("system"),
        Filter("is_public", kind=FLAG),
        Filter("is_featured", kind=FLAG),
        by_uuid("account"),
    ),
    orderings=("name", "created_at", "state", "size_bytes"),
    changes=(
        Create(
            RegisterTemplate,
            working(into(TemplateFile, registration.register)),
            actions.REGISTER_TEMPLATE,
            works=True,
            summary="Register a template from an address, or from a file on the portal's machine",
        ),
        Edit(EditTemplate, into(TemplateChanges, templates.update), actions.UPDATE_TEMPLATE),
        Remove(working(templates.delete), actions.DELETE_TEMPLATE, works=True),
        Verb(
            "upload",
            _upload_again,
            actions.UPLOAD_TEMPLATE,
            takes=UploadAgain,
            gives=TicketShape,
            summary="Get a new ticket to send the image with",
        ),
        Verb(
            "extract",
            _extract,
            actions.EXTRACT_TEMPLATE,
            gives=LinkShape,
            summary="Get a link to the image, good for a while",
        ),
        Verb(
            "publish",
            spread(templates.publish),
            actions.PUBLISH_TEMPLATE,
            takes=PublishTemplate,
            summary="Show the template to everybody, or no longer",
        ),
    ),
)

TEMPLATE_UPLOADS = Resource(
    path="template-uploads",
    noun="template upload",
    shape=TicketShape,
    read=None,
    changes=(
        Create(
            UploadTemplate,
            _upload,
            actions.REGISTER_TEMPLATE,
            gives=TicketShape,
            summary="Register a template whose image will be sent",
        ),
    ),
)
