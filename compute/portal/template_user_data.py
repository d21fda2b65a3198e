"""What a template tells its instances: on its page, and a form for whoever may change it."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.portal import cells
from cloudportal.portal.buttons import RowAction, RowLink
from cloudportal.portal.choices import Card, OneOf
from cloudportal.portal.columns import Column
from cloudportal.portal.forms import PortalForm, about
from cloudportal.portal.panels import Table
from compute import guest_data_actions as actions
from compute.guest_data_queries import linked_for, own_linked_for, user_data_for
from compute.models import TemplateUserData
from compute.models.template_data import ALLOW_OVERRIDE, APPEND, DENY_OVERRIDE
from compute.services.guest_data import template_links
from compute.services.guest_data.template_links import LinkValues
from storage.models import Template
from storage.portal.templates import TEMPLATE
from storage.queries import is_own, own_template_for

POLICIES = (
    (ALLOW_OVERRIDE, "may say something else instead"),
    (APPEND, "may add to it"),
    (DENY_OVERRIDE, "may say nothing else"),
)


class LinkForm(PortalForm):
    """Which user data, and what whoever deploys may do about it."""

    user_data = OneOf(
        label="User data", nothing_to_choose="The template's account has kept no user data yet."
    )
    policy = forms.ChoiceField(label="Whoever deploys an instance", choices=POLICIES, initial=ALLOW_OVERRIDE)

    def shape(self) -> None:
        """Offers what the template's account has kept."""
        linked = linked_for(self.caller, self.row).first()
        if linked is not None:
            self.initial = {"user_data": str(linked.user_data.uuid), "policy": linked.policy}
        rows = user_data_for(self.caller).filter(account_id=self.row.account_id)
        self.offer_rows(
            "user_data", rows, lambda row: Card(row.name, row.description), route="user-data-list"
        )


def _submit(caller: Caller, template: Template, values: dict[str, Any]) -> Template:
    template_links.link(caller, template, LinkValues(**values))
    return template


def _unlink(caller: Caller, template: Template) -> None:
    found = own_linked_for(caller, template).first()
    if found is not None:
        template_links.unlink(caller, found)


def _linked(caller: Caller, template: Template) -> list[tuple[TemplateUserData, bool]]:
    if not caller.may(actions.READ_USER_DATA.name):
        return []
    may_read = is_own(caller, template)
    return [(one, may_read) for one in linked_for(caller, template)]


def _what(found: tuple[TemplateUserData, bool]) -> Any:
    one, may_read = found
    return cells.link(one.user_data.name, "user-data", one.user_data.uuid) if may_read else "Its owner's text"


def _can_unlink(caller: Caller, template: Template) -> bool:
    return is_own(caller, template) and linked_for(caller, template).exists()


LINK = about(
    TEMPLATE,
    "link-user-data",
    title="Tell instances of {name}",
    action=actions.LINK_USER_DATA,
    form=LinkForm,
    submit=_submit,
    button="Link",
    done=lambda template: f"Instances of {template.name} are told it from now on.",
    row=own_template_for,
    note="Whoever may use the template can make instances that are told this, and can read it inside them.",
)

TEMPLATE.show(
    Table(
        "What its instances are told",
        _linked,
        (
            Column("what", "User data", _what),
            Column("policy", "Whoever deploys", lambda one: dict(POLICIES)[one[0].policy]),
            Column(
                "variables",
                "Variables",
                lambda one: cells.words([variable["name"] for variable in one[0].user_data.variables]),
            ),
        ),
    )
)

urlpatterns = [
    *LINK.urls(),
    *TEMPLATE.add(
        RowLink(actions.LINK_USER_DATA, "template-link-user-data", icon="edit", is_shown=is_own),
        RowAction(
            actions.UNLINK_USER_DATA,
            _unlink,
            icon="edit",
            done="{name} tells new instances nothing.",
            row=own_template_for,
            is_shown=_can_unlink,
        ),
        is_last=True,
    ),
]
