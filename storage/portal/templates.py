"""Templates: what instances can start as, and for operators how images come in and who sees them."""

from typing import Any, ClassVar

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import Group, PortalForm, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from cloudportal.portal.queries import Filter
from compute.topology.portal.os_types import system_choices
from storage import actions, queries, states
from storage.guest_terms import CONFIG_DRIVE, NO_CLOUD
from storage.models import Template
from storage.services import templates
from storage.services.templates import TemplateChanges
from storage.transfers import download_address

ADMIN = RoleKind.DOMAIN_ADMIN
ROOT = RoleKind.ROOT_ADMIN
STATES = (states.READY, states.FETCHING, states.UPLOADING, states.DELETING, states.ERROR)


def _name(template: Template) -> Any:
    return cells.link(template.name, "template", template.uuid, note=template.description)


def _audience(template: Template) -> str:
    if template.is_public:
        return "everybody, featured" if template.is_featured else "everybody"
    return "its account"


def _kind(template: Template) -> str:
    if not template.is_iso:
        return "template"
    return "ISO that a machine can start from" if template.is_bootable else "ISO"


def _is_own(caller: Caller, template: Template) -> bool:
    return queries.is_own(caller, template)


class TemplateForm(PortalForm):
    """What a template is called and what it needs."""

    groups: ClassVar = (
        Group("The image", ("url", "source_file", "format", "checksum")),
        Group("What it is", ("name", "description", "os_type")),
        Group("What it needs", ("minimum_memory_mib", "minimum_disk_gib", "is_dynamically_scalable")),
        Group("How its guests are told things", ("guest_data_format", "takes_password", "login_user")),
        Group("Who may have it", ("is_public", "is_featured", "is_extractable")),
    )

    name = forms.CharField(max_length=100)
    description = forms.CharField(
        required=False, max_length=255, help_text="What it is good for, in a few words."
    )
    os_type = forms.ChoiceField(
        label="System", required=False, help_text="Hosts that are meant for it are tried first."
    )
    minimum_memory_mib = forms.IntegerField(
        label="Least memory in MiB",
        initial=0,
        min_value=0,
        help_text="Smaller sizes cannot be chosen with it.",
    )
    minimum_disk_gib = forms.IntegerField(
        label="Least disk in GiB",
        initial=0,
        min_value=0,
        help_text="Root disks are at least as large as this and as the image.",
    )
    is_extractable = forms.BooleanField(
        label="Whoever may use it may also download its image", required=False
    )
    is_dynamically_scalable = forms.BooleanField(
        label="Its guests take more memory and CPUs while they run", required=False
    )
    guest_data_format = forms.ChoiceField(
        label="How the guest reads what it is told",
        required=False,
        choices=[("", "as fits the system"), (NO_CLOUD, "NoCloud"), (CONFIG_DRIVE, "config drive")],
        help_text="Both are read by cloud-init; Windows guests read a config drive.",
    )
    takes_password = forms.BooleanField(
        label="It takes a password that is made here",
        required=False,
        help_text="Its guests have cloud-init or the guest agent, and a user who may sign in with a password.",
    )
    login_user = forms.CharField(
        label="User who signs in",
        required=False,
        initial="root",
        max_length=32,
        help_text="Passwords and keys are for this user inside.",
    )

    def shape(self) -> None:
        """Offers the OS types, and begins with the template's values."""
        self.offer("os_type", system_choices(self.caller, self.row.os_type if self.row is not None else ""))
        if self.row is not None:
            self.initial = {name: getattr(self.row, name) for name in TemplateForm.base_fields}


def _edit(caller: Caller, template: Template, values: dict[str, Any]) -> Template:
    return templates.update(caller, template, TemplateChanges(**values))


def _publish(caller: Caller, template: Template) -> Template:
    return templates.publish(caller, template, is_public=True)


TEMPLATES = ListPage(
    route="templates",
    path="templates/",
    title="Templates",
    nouns="templates",
    icon="template",
    rows=queries.templates_for,
    columns=(
        Column("name", "Name", _name, sort="name"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("kind", "Kind", lambda row: "ISO" if row.is_iso else "template", sort="kind", on_phone=False),
        Column("system", "System", "os_type", sort="os_type"),
        Column(
            "disk",
            "Disk",
            lambda row: formats.size(row.virtual_size_bytes),
            sort="virtual_size_bytes",
            kind="number",
        ),
        Column("audience", "For", _audience, on_phone=False),
        Column("account", "Account", "account.name", sort="account__name", least=ADMIN, on_phone=False),
        Column(
            "created", "Added", lambda row: cells.moment(row.created_at), sort="created_at", on_phone=False
        ),
    ),
    about="A template is what an instance starts as: a system that is installed already.",
    search=("name", "description", "os_type"),
    filters=(
        Filter(
            "kind", "Kind", "kind", lambda caller: [(Template.TEMPLATE, "templates"), (Template.ISO, "ISOs")]
        ),
        Filter("state", "State", "state", lambda caller: [(one, one) for one in STATES]),
        Filter(
            "audience",
            "For",
            "is_public",
            lambda caller: [("everybody", "everybody"), ("account", "its account")],
            read=lambda value: value == "everybody",
        ),
        Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),
    ),
    create=PageLink("Register template", "template-add", actions.REGISTER_TEMPLATE),
    create_otherwise=(PageLink("Upload a file", "template-send", actions.REGISTER_TEMPLATE),),
    is_lively=lambda row: row.state in states.TEMPLATE.transient,
)
TEMPLATE = DetailPage(
    route="template",
    path="templates/",
    noun="template",
    row=queries.template_for,
    parent="templates",
    parent_label="Templates",
    summary=lambda template: template.description,
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Template",
            (
                Fact("System", "os_type"),
                Fact("Disk of an instance", lambda row: formats.size(row.virtual_size_bytes)),
                Fact("Image", lambda row: f"{formats.size(row.size_bytes)}, {row.format}"),
                Fact("Kind", lambda row: _kind(row)),
                Fact("Least disk", lambda row: f"{row.minimum_disk_gib} GiB" if row.minimum_disk_gib else ""),
                Fact(
                    "From",
                    lambda row: cells.code(row.source_url) if row.source_url else "",
                    least=ROOT,
                    is_shown_empty=False,
                ),
                Fact("Least memory", lambda row: formats.mib(row.minimum_memory_mib)),
                Fact("User who signs in", lambda row: cells.code(row.login_user)),
                Fact("For", _audience),
                Fact("Account", "account.name", least=ADMIN),
                Fact("SHA-256", lambda row: cells.copyable(row.checksum)),
                Fact("Added", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        Table(
            "Shared with",
            lambda caller, row: queries.grants_for(caller, row) if _is_own(caller, row) else [],
            (
                Column("account", "Account or project", "account.name"),
                Column("since", "Since", lambda one: cells.moment(one.created_at)),
            ),
        ),
        jobs_panel(),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.PUBLISH_TEMPLATE,
            _publish,
            icon="zone",
            done="Everybody may use {name} now.",
            row=queries.own_template_for,
            is_shown=lambda caller, row: not row.is_public,
        ),
        RowLink(
            actions.UPLOAD_TEMPLATE,
            "template-upload",
            icon="plus",
            is_shown=lambda caller, row: row.state == states.UPLOADING and _is_own(caller, row),
        ),
        RowLink(actions.SHARE_TEMPLATE, "template-share", icon="account", label="Share", is_shown=_is_own),
        RowLink(
            actions.SHARE_TEMPLATE,
            "template-unshare",
            icon="account",
            label="Take back",
            is_shown=lambda caller, row: _is_own(caller, row) and row.grants.exists(),
        ),
        RowAction(
            actions.EXTRACT_TEMPLATE,
            templates.extract,
            icon="down",
            done="The download of {name} begins.",
            lands=lambda link: download_address(link.download.uuid, link.secret),
            is_shown=lambda caller, row: row.is_extractable or _is_own(caller, row),
        ),
        RowLink(actions.UPDATE_TEMPLATE, "template-edit", icon="edit", is_shown=_is_own),
        RowAction(
            actions.DELETE_TEMPLATE,
            templates.delete,
            icon="trash",
            done="{name} is being deleted.",
            goes_away=True,
            row=queries.own_template_for,
            is_shown=_is_own,
        ),
    ),
)
FORMS = (
    editing(
        TEMPLATE,
        action=actions.UPDATE_TEMPLATE,
        form=TemplateForm,
        submit=_edit,
        row=queries.own_template_for,
    ),
)

menu.entry(
    "Templates", "templates", icon="template", section="Resources", order=40, action=actions.READ_TEMPLATE
)
subjects.shown_at("template", "template")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *TEMPLATES.urls(), *TEMPLATE.urls()]
