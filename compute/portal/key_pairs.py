"""SSH key pairs: the list, one key, and the form that registers or makes one."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction
from cloudportal.portal.columns import Column
from cloudportal.portal.details import Crumb, DetailPage
from cloudportal.portal.forms import PortalForm, adding
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter
from compute import guest_data_actions as actions
from compute import guest_data_queries as queries
from compute.services.guest_data import key_pairs
from compute.services.guest_data.key_pairs import KeyPairValues, Made

ADMIN = RoleKind.DOMAIN_ADMIN


class KeyPairForm(PortalForm):
    """A name and, for a key that is there already, its public half."""

    name = forms.CharField(max_length=100, help_text="What you choose it by, such as laptop.")
    public_key = forms.CharField(
        label="Public key",
        required=False,
        max_length=8192,
        help_text="One line, as in ssh-ed25519 AAAA… you@example.org. Empty to have a key pair made for you; its "
        "private half is shown once and kept nowhere.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"}),
    )


def _create(caller: Caller, row: None, values: dict[str, Any]) -> Made:
    return key_pairs.create(caller, KeyPairValues(**values))


def _answer(request: HttpRequest, made: Made) -> HttpResponse:
    """The fresh key pair, with its private half on a page that nobody keeps."""
    values = {
        "page_title": f"{made.row.name} is there",
        "crumbs": [Crumb("SSH keys", reverse("portal:key-pairs"))],
        "pair": made.row,
        "private_key": made.private_key.reveal() if made.private_key else "",
        "back_url": reverse("portal:key-pair", args=[made.row.uuid]),
    }
    return render(request, "compute/key_pair_made.html", values, status=201)


KEY_PAIRS = ListPage(
    route="key-pairs",
    path="key-pairs/",
    title="SSH keys",
    nouns="SSH keys",
    icon="key",
    rows=queries.key_pairs_for,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "key-pair", row.uuid), sort="name"),
        Column("kind", "Kind", lambda row: cells.code(row.kind), sort="kind", on_phone=False),
        Column("fingerprint", "Fingerprint", lambda row: cells.code(row.fingerprint)),
        Column("account", "Account", "account.name", sort="account__name", least=ADMIN),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="A public key lets whoever has its private half sign in to the instances that it was given to.",
    search=("name", "fingerprint"),
    filters=(Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),),
    create=PageLink("Add SSH key", "key-pair-add", actions.CREATE_KEY_PAIR),
)
KEY_PAIR = DetailPage(
    route="key-pair",
    path="key-pairs/",
    noun="SSH key",
    row=queries.key_pair_for,
    parent="key-pairs",
    parent_label="SSH keys",
    state=None,
    panels=(
        Facts(
            "SSH key",
            (
                Fact("Kind", lambda row: cells.code(row.kind)),
                Fact("Fingerprint", lambda row: cells.copyable(row.fingerprint)),
                Fact("Public key", lambda row: cells.copyable(row.public_key)),
                Fact("Account", "account.name", least=ADMIN),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.DELETE_KEY_PAIR, key_pairs.delete, icon="trash", done="{name} is deleted.", goes_away=True
        ),
    ),
)
ADD = adding(
    KEY_PAIR,
    title="Add an SSH key",
    action=actions.CREATE_KEY_PAIR,
    form=KeyPairForm,
    submit=_create,
    button="Add SSH key",
    answer=_answer,
)

menu.entry("SSH keys", "key-pairs", icon="key", section="Resources", order=60, action=actions.READ_KEY_PAIR)
subjects.shown_at("SSH key pair", "key-pair")

urlpatterns = [*ADD.urls(), *KEY_PAIRS.urls(), *KEY_PAIR.urls()]
