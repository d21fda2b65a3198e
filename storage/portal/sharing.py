"""Who may use a template although it is not theirs: given on one page, taken back on another."""

from typing import Any

from cloudportal.core.caller import Caller
from cloudportal.portal.choices import Card, OneOf
from cloudportal.portal.forms import FormPage, PortalForm, about
from storage import actions, queries
from storage.models import Template
from storage.portal.templates import TEMPLATE
from storage.services import sharing
from storage.services.sharing import ShareWith
from tenants.queries import accounts_for, projects_for

MOST_CARDS = 60


class ShareForm(PortalForm):
    """Which account or project."""

    whom = OneOf(label="With", nothing_to_choose="You see no other account and no project.")

    def shape(self) -> None:
        """Offers what the caller sees and the template does not belong to."""
        projects = projects_for(self.caller).exclude(account_id=self.row.account_id)[:MOST_CARDS]
        accounts = accounts_for(self.caller).exclude(pk=self.row.account_id).filter(project=None)[:MOST_CARDS]
        cards = [(f"project:{one.uuid}", Card(one.name, "project")) for one in projects]
        self.offer(
            "whom", [*cards, *((f"account:{one.uuid}", Card(one.name, "account")) for one in accounts)]
        )


class UnshareForm(PortalForm):
    """From which of those that have it."""

    whom = OneOf(label="From", nothing_to_choose="It is shared with nobody.")

    def shape(self) -> None:
        """Offers those."""
        rows = queries.grants_for(self.caller, self.row)[:MOST_CARDS]
        self.offer("whom", [(str(one.uuid), Card(str(one), "")) for one in rows])


def _share(caller: Caller, template: Template, values: dict[str, Any]) -> Template:
    kind, _, uuid = values["whom"].partition(":")
    sharing.share(caller, template, ShareWith(project=uuid) if kind == "project" else ShareWith(account=uuid))
    return template


def _unshare(caller: Caller, template: Template, values: dict[str, Any]) -> Template:
    sharing.unshare(caller, queries.grant_for(caller, template, values["whom"]))
    return template


def _page(name: str, **options: Any) -> FormPage:
    return about(TEMPLATE, name, action=actions.SHARE_TEMPLATE, row=queries.own_template_for, **options)


FORMS = (
    _page(
        "share",
        title="Share {name}",
        form=ShareForm,
        submit=_share,
        button="Share",
        done=lambda template: f"{template.name} is shared.",
        note="Whoever acts for it can make instances from the template, and change nothing about it.",
    ),
    _page(
        "unshare",
        title="Take {name} back",
        form=UnshareForm,
        submit=_unshare,
        button="Take back",
        done=lambda template: f"{template.name} is taken back.",
        note="Instances that were made from it stay.",
    ),
)

urlpatterns = [pattern for form in FORMS for pattern in form.urls()]
