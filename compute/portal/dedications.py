"""What is kept for whom: the list, one dedication, and the form that dedicates a place."""

from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import Group, PortalForm, adding
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from compute import placement_actions as actions
from compute import placement_queries as queries
from compute.services import dedications
from compute.services.dedications import DedicationValues
from compute.topology import queries as topology
from compute.topology.models import Dedication
from compute.topology.portal.clusters import CLUSTER, POD
from compute.topology.portal.hosts import HOST
from compute.topology.portal.zones import ZONE
from tenants.models import Account
from tenants.queries import accounts_for, domain_paths, domains_for

ROOT = RoleKind.ROOT_ADMIN
MOST_CHOICES = 500
PLACES: tuple[tuple[str, Any], ...] = (
    ("zone", topology.zones_for),
    ("pod", topology.pods_for),
    ("cluster", topology.clusters_for),
    ("host", topology.hosts_for),
)


class DedicationForm(PortalForm):
    """A place, and whom it is for."""

    groups: ClassVar = (
        Group("What is dedicated", ("place",)),
        Group("Whom it is for", ("owner", "is_confining")),
    )

    place = forms.ChoiceField(label="Zone, pod, cluster or host")
    owner = forms.ChoiceField(label="Domain or account")
    is_confining = forms.BooleanField(
        label="Keep the owner to it",
        required=False,
        help_text="New instances of the owner run in the zone only where it is dedicated to the owner. Otherwise they "
        "only prefer that.",
    )

    def shape(self) -> None:
        """Offers what there is."""
        self.offer("place", _places(self.caller))
        self.offer("owner", _owners(self.caller))


def _places(caller: Caller) -> list[tuple[str, str]]:
    return [
        (f"{kind} {row.uuid}", f"{kind} {row.name}")
        for kind, rows in PLACES
        for row in rows(caller)[:MOST_CHOICES]
    ]


def _owners(caller: Caller) -> list[tuple[str, str]]:
    domains = list(domains_for(caller)[:MOST_CHOICES])
    paths = domain_paths(caller, domains)
    accounts = accounts_for(caller).select_related("domain")[:MOST_CHOICES]
    return [
        *((f"domain {one.uuid}", f"domain {paths[one.pk]}") for one in domains),
        *((f"account {one.uuid}", f"account {one.name} of {one.domain.name}") for one in accounts),
    ]


def _dedicate(caller: Caller, row: None, values: dict[str, Any]) -> Dedication:
    kind, place = values["place"].split()
    owner_kind, owner = values["owner"].split()
    named = {kind: place, owner_kind: owner}
    return dedications.dedicate(caller, DedicationValues(is_confining=values["is_confining"], **named))


def _place(dedication: Dedication) -> Any:
    return cells.link(dedication.place, dedication.kind, dedication.place.uuid, note=dedication.kind)


def _owner(dedication: Dedication) -> Any:
    owner = dedication.owner
    kind = "account" if isinstance(owner, Account) else "domain"
    return cells.link(owner, kind, owner.uuid, note=kind)


def _owners_own(dedication: Dedication) -> str:
    return "only there" if dedication.is_confining else "there first"


DEDICATIONS = ListPage(
    route="dedications",
    path="infrastructure/dedications/",
    title="Dedications",
    nouns="dedications",
    icon="host",
    rows=queries.dedications_for,
    columns=(
        Column("place", "Place", lambda row: cells.link(row, "dedication", row.uuid)),
        Column("owner", "Kept for", _owner),
        Column("own", "The owner's instances run", _owners_own),
        Column("created", "Since", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="A dedication keeps a zone, pod, cluster or host for one domain or account, and everybody else out.",
    search=(*(f"{name}__name" for name in Dedication.PLACES), "domain__name", "account__name"),
    create=PageLink("Dedicate a place", "dedication-add", actions.CREATE_DEDICATION),
)
DEDICATION = DetailPage(
    route="dedication",
    path="infrastructure/dedications/",
    noun="dedication",
    row=queries.dedication_for,
    parent="dedications",
    parent_label="Dedications",
    state=None,
    panels=(
        Facts(
            "Dedication",
            (
                Fact("Place", _place),
                Fact("Kept for", _owner),
                Fact("The owner's instances run", _owners_own),
                Fact("Since", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.DELETE_DEDICATION,
            dedications.release,
            icon="trash",
            done="The {name} is everybody's again.",
            goes_away=True,
        ),
    ),
)
ADD = adding(
    DEDICATION,
    title="Dedicate a place",
    action=actions.CREATE_DEDICATION,
    form=DedicationForm,
    submit=_dedicate,
    button="Dedicate",
    done=lambda dedication: f"The {dedication} is kept for {dedication.owner}.",
)


def _on(caller: Caller, place: Any) -> list[Dedication]:
    """The place's own dedication, then those of what it stands in: each keeps others out of it."""
    around = _around(place)
    covering = reduce(or_, (Q((kind, row)) for kind, row in around.items()))
    rows = queries.dedications_for(caller).filter(covering)
    return sorted(rows, key=lambda row: list(around).index(row.kind))


def _around(place: Any) -> dict[str, Any]:
    """The place by its kind, and the cluster, pod and zone that it is in."""
    row, found = place, {place._meta.model_name: place}
    for kind in ("cluster", "pod", "zone"):
        row = getattr(row, kind, row)
        found[row._meta.model_name] = row
    return found


ON_PLACES = Table(
    "Kept for",
    _on,
    (
        Column("owner", "Owner", _owner),
        Column("place", "By", lambda row: cells.link(row, "dedication", row.uuid)),
        Column("own", "The owner's instances run", _owners_own),
    ),
    least=ROOT,
)
for page in (ZONE, POD, CLUSTER, HOST):
    page.show(ON_PLACES)

menu.entry(
    "Dedications",
    "dedications",
    icon="host",
    section="Infrastructure",
    order=80,
    action=actions.READ_DEDICATION,
    least=ROOT,
)
subjects.shown_at("dedication", "dedication")

urlpatterns = [*ADD.urls(), *DEDICATIONS.urls(), *DEDICATION.urls()]
