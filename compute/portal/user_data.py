"""User data that is kept: the list, one text with its variables, and the forms for it."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Part, Table
from cloudportal.portal.queries import Filter
from compute import actions as instance_actions
from compute import guest_data_actions as actions
from compute import guest_data_queries as queries
from compute.models import UserData
from compute.portal.variable_lines import lines_for, variables_in
from compute.services.guest_data import user_data
from compute.services.guest_data.user_data import UserDataChanges, UserDataValues
from compute.services.guest_data.variables import Variable, declared

ADMIN = RoleKind.DOMAIN_ADMIN


def _variables(caller: Caller, row: UserData) -> tuple[Variable, ...]:
    return declared(row.variables)


def _demand(variable: Variable) -> str:
    return ", ".join(
        word for word, is_so in (("required", variable.is_required), ("secret", variable.is_secret)) if is_so
    )


class UserDataForm(PortalForm):
    """A name, the text, and what in it differs from instance to instance."""

    name = forms.CharField(max_length=100, help_text="What you choose it by, such as web server.")
    description = forms.CharField(required=False, max_length=100)
    content = forms.CharField(
        label="Text",
        max_length=64 * 1024,
        strip=False,
        help_text="Such as a #cloud-config document or a script. Where a value differs, write ${{ name }}.",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocapitalize": "none"}),
    )
    variables = forms.CharField(
        required=False,
        max_length=20000,
        help_text="One on each line, as in “port = 8080 # Where it listens”. After the name, ! says that a value is "
        "required and * that it is secret, as in “password!*”.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
    )

    def shape(self) -> None:
        """Begins with what is there."""
        if self.row is not None:
            row: UserData = self.row
            self.initial = {
                "name": row.name,
                "description": row.description,
                "content": row.text,
                "variables": lines_for(declared(row.variables)),
            }


def _read(values: dict[str, Any]) -> dict[str, Any]:
    # Browsers send line breaks as CR LF, which no shell in a guest takes.
    content = values["content"].replace("\r\n", "\n")
    return {**values, "content": content, "variables": variables_in(values["variables"])}


def _create(caller: Caller, row: None, values: dict[str, Any]) -> UserData:
    return user_data.create(caller, UserDataValues(**_read(values)))


def _edit(caller: Caller, row: UserData, values: dict[str, Any]) -> UserData:
    return user_data.update(caller, row, UserDataChanges(**_read(values)))


USER_DATA = ListPage(
    route="user-data-list",
    path="user-data/",
    title="User data",
    nouns="user data",
    icon="edit",
    rows=queries.user_data_for,
    columns=(
        Column(
            "name",
            "Name",
            lambda row: cells.link(row.name, "user-data", row.uuid, note=row.description),
            sort="name",
        ),
        Column("variables", "Variables", lambda row: cells.words([one["name"] for one in row.variables])),
        Column("account", "Account", "account.name", sort="account__name", least=ADMIN),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="User data is what an instance reads when it starts for the first time. Keep what you use more than once.",
    search=("name", "description"),
    filters=(Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),),
    create=PageLink("Keep user data", "user-data-add", actions.CREATE_USER_DATA),
)
ONE = DetailPage(
    route="user-data",
    path="user-data/",
    noun="user data",
    row=queries.one_user_data_for,
    parent="user-data-list",
    parent_label="User data",
    state=None,
    summary=lambda row: row.description,
    panels=(
        Part("Text", "compute/user_data.html", lambda caller, row: {"text": row.text}),
        Table(
            "Variables",
            _variables,
            (
                Column("name", "Name", lambda one: cells.code(one.name)),
                Column("demand", "A value is", _demand),
                Column("default", "Otherwise", lambda one: cells.code(one.default) if one.default else ""),
                Column("description", "What it is", "description"),
            ),
            empty="Every instance is told the same.",
        ),
        Facts(
            "User data",
            (
                Fact("Account", "account.name", least=ADMIN),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
            place="side",
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(
            instance_actions.DEPLOY,
            "instance-deploy",
            icon="plus",
            label="Deploy an instance with it",
            parameter="user_data_from",
        ),
        RowLink(actions.UPDATE_USER_DATA, "user-data-edit", icon="edit"),
        RowAction(
            actions.DELETE_USER_DATA,
            user_data.delete,
            icon="trash",
            done="{name} is deleted.",
            goes_away=True,
        ),
    ),
)
FORMS = (
    adding(
        ONE,
        title="Keep user data",
        action=actions.CREATE_USER_DATA,
        form=UserDataForm,
        submit=_create,
        button="Keep it",
    ),
    editing(ONE, action=actions.UPDATE_USER_DATA, form=UserDataForm, submit=_edit),
)

menu.entry(
    "User data", "user-data-list", icon="edit", section="Resources", order=65, action=actions.READ_USER_DATA
)
subjects.shown_at("user data", "user-data")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *USER_DATA.urls(), *ONE.urls()]
