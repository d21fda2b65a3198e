"""Domains: the tree at and below the caller's own, one domain with what it may have, and its forms."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.progress import progress_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, about, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.options import Option
from cloudportal.portal.panels import Fact, Facts, Table
from tenants import actions, queries
from tenants.models import Domain
from tenants.portal.limits import limits_part
from tenants.services import domains
from tenants.services.domains import DomainChanges, NewDomain

ADMIN = RoleKind.DOMAIN_ADMIN

WITH_CONTENTS = Option(
    "with_contents",
    "Delete everything in it too",
    "All domains below, their accounts and users, and everything that they own.",
)


def _paths(caller: Caller, rows: Sequence[Domain]) -> None:
    """Gives each domain its place in the tree in words, in one query."""
    found = queries.domain_paths(caller, rows)
    for row in rows:
        row.words = found[row.pk]  # type: ignore[attr-defined]


def _link(domain: Domain) -> Any:
    return cells.link(getattr(domain, "words", domain.name), "domain", domain.uuid)


class DomainForm(PortalForm):
    """A domain's name and the network suffix of its guests."""

    name = forms.CharField(max_length=100, help_text="People type it when they sign in.")
    network_suffix = forms.CharField(
        label="Domain name of its guests",
        required=False,
        max_length=100,
        help_text="Such as acme.example.org.",
    )

    def shape(self) -> None:
        """Begins with the domain's values where it is edited."""
        if isinstance(self.row, Domain) and self.is_edit:
            self.initial = {"name": self.row.name, "network_suffix": self.row.network_suffix}

    is_edit = True


class SubdomainForm(DomainForm):
    """The same, for a new domain below another."""

    is_edit = False


def _create(caller: Caller, parent: Domain, values: dict[str, Any]) -> Domain:
    return domains.create(caller, parent, NewDomain(**values))


def _edit(caller: Caller, domain: Domain, values: dict[str, Any]) -> Domain:
    return domains.update(caller, domain, DomainChanges(**values))


DOMAINS = ListPage(
    route="domains",
    path="domains/",
    title="Domains",
    nouns="domains",
    icon="domain",
    rows=queries.domains_for,
    prepare=_paths,
    columns=(
        Column("name", "Domain", _link, sort="path"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("suffix", "Guests end in", "network_suffix", on_phone=False),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="A domain holds accounts, and domains below it: a customer, a department.",
    search=("name", "network_suffix"),
)
DOMAIN = DetailPage(
    route="domain",
    path="domains/",
    noun="domain",
    row=queries.domain_for,
    parent="domains",
    parent_label="Domains",
    prepare=lambda caller, row: _paths(caller, [row]),
    panels=(
        progress_panel(),
        Facts(
            "Domain",
            (
                Fact("Place", "words"),
                Fact("Guests end in", "network_suffix"),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        limits_part("domain-limit"),
        Table(
            "Domains below",
            lambda caller, row: queries.domains_for(caller).filter(parent=row),
            (
                Column("name", "Name", lambda row: cells.link(row.name, "domain", row.uuid)),
                Column("state", "State", lambda row: cells.state(row.state)),
            ),
            empty="There is no domain below it.",
            add=RowLink(actions.CREATE_DOMAIN, "domain-add", icon="plus", label="Add domain"),
        ),
        Table(
            "Accounts",
            lambda caller, row: queries.accounts_for(caller).filter(domain=row)[:25],
            (
                Column("name", "Name", lambda row: cells.link(row.name, "account", row.uuid)),
                Column("state", "State", lambda row: cells.state(row.state)),
                Column("role", "Role", "role.name"),
            ),
            empty="There is no account in it yet.",
            more=("accounts", "domain"),
            add=RowLink(
                actions.CREATE_ACCOUNT,
                "account-add",
                icon="plus",
                label="Add account",
                parameter="domain_uuid",
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.UPDATE_DOMAIN, "domain-edit", icon="edit"),
        RowAction(
            actions.DELETE_DOMAIN,
            domains.delete,
            icon="trash",
            done="{name} is being deleted.",
            options=(WITH_CONTENTS,),
            is_shown=lambda caller, row: row.pk != caller.domain_id,
        ),
    ),
)
FORMS = (
    about(
        DOMAIN,
        "add",
        title="Add a domain below {name}",
        action=actions.CREATE_DOMAIN,
        form=SubdomainForm,
        submit=_create,
        button="Add domain",
        done=lambda domain: f"{domain.name} is there. Add its first account.",
    ),
    editing(DOMAIN, action=actions.UPDATE_DOMAIN, form=DomainForm, submit=_edit),
)

menu.entry(
    "Domains", "domains", icon="domain", section="Tenants", order=10, action=actions.READ_DOMAIN, least=ADMIN
)
subjects.shown_at("domain", "domain")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *DOMAINS.urls(), *DOMAIN.urls()]
