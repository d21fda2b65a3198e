"""IP addresses: the list with what has each, one address, and the forms that set addresses aside and change ranges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import FormPage, PortalForm, about
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter
from networking import actions, queries, states
from networking.models import Address, Network
from networking.services import ranges
from networking.services.ranges import AddressSpan

ADMIN = RoleKind.DOMAIN_ADMIN
ROOT = RoleKind.ROOT_ADMIN
MOST_NETWORKS = 200


def name_holders(caller: Caller, rows: Sequence[Address]) -> None:
    """Gives each address the name and page of what has it as `holder`."""
    holders = subjects.holders_of("NIC", caller, (row.held_by for row in rows))
    for row in rows:
        row.holder = holders.get(row.held_by) if row.held_by else None  # type: ignore[attr-defined]


def _name_holder(caller: Caller, row: Address) -> None:
    name_holders(caller, [row])


def holder(address: Address) -> Any:
    """What has it, as a link; where it is reserved, what the operator noted."""
    found = getattr(address, "holder", None)
    return cells.link(found.name, found.route, found.uuid) if found else address.note


def _addresses(caller: Caller) -> ScopedQuerySet[Address]:
    return queries.addresses_for(caller).order_by("network__name", "network_id", "number")


def _network_choices(caller: Caller) -> list[tuple[str, str]]:
    rows = queries.networks_for(caller).order_by("name")[:MOST_NETWORKS]
    return [(str(row.uuid), row.name) for row in rows]


def _state_choices(caller: Caller) -> list[tuple[str, str]]:
    """Of their own addresses, all are taken."""
    known = (states.FREE, states.TAKEN, states.RESERVED) if caller.is_root_admin else ()
    return [(one, one) for one in known]


def _since(address: Address) -> datetime | None:
    """The row of a free one still knows when it was taken last."""
    return address.taken_at if address.state == states.TAKEN else None


def _network(address: Address) -> Any:
    return cells.link(address.network.name, "network", address.network.uuid)


ADDRESSES = ListPage(
    route="addresses",
    path="addresses/",
    title="IP addresses",
    nouns="IP addresses",
    icon="network",
    rows=_addresses,
    prepare=name_holders,
    columns=(
        Column("ip", "Address", lambda row: cells.link(row.ip, "address", row.uuid), sort="number"),
        Column("network", "Network", _network, sort="network__name"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("holder", "Has it", holder),
        Column("account", "Account", lambda row: row.account and row.account.name, least=ADMIN),
        Column("since", "Since", lambda row: cells.moment(_since(row)), sort="taken_at", on_phone=False),
    ),
    about="An instance has an address in each of its networks. Deploy one, and its addresses are listed here.",
    search=("ip", "network__name", "account__name", "note"),
    filters=(
        Filter("network", "Network", "network__uuid", _network_choices),
        Filter("state", "State", "state", _state_choices),
        Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),
    ),
)
ADDRESS = DetailPage(
    route="address",
    path="addresses/",
    noun="IP address",
    row=queries.address_for,
    parent="addresses",
    parent_label="IP addresses",
    prepare=_name_holder,
    panels=(
        Facts(
            "IP address",
            (
                Fact("Address", lambda row: cells.copyable(row.ip)),
                Fact("Network", _network),
                Fact("Subnet", lambda row: cells.code(row.network.cidr)),
                Fact("Gateway", lambda row: cells.copyable(row.network.gateway)),
                Fact("Has it", holder),
                Fact("Account", lambda row: row.account and row.account.name, least=ADMIN),
                Fact("Since", lambda row: cells.exact_moment(_since(row)), is_shown_empty=False),
                Fact("Last released", lambda row: cells.exact_moment(row.released_at), is_shown_empty=False),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.RESERVE_ADDRESS, "address-reserve", icon="lock"),
        RowAction(
            actions.UNRESERVE_ADDRESS, ranges.unreserve, icon="play", done="{name} is given out again."
        ),
    ),
)


class ReserveForm(PortalForm):
    """What has an address that the portal does not know of."""

    note = forms.CharField(
        label="What has it",
        max_length=100,
        required=False,
        help_text="Such as: the printer on the second floor.",
    )


class SpanForm(PortalForm):
    """Addresses of a network's subnet, one after the other."""

    first_ip = forms.CharField(label="First address", max_length=45)
    last_ip = forms.CharField(label="Last address", max_length=45, help_text="The same for just one.")

    def shape(self) -> None:
        """Says which addresses there are."""
        network: Network = self.row
        self.fields["first_ip"].help_text = f"In {network.cidr}."


def _reserve(caller: Caller, address: Address, values: dict[str, Any]) -> Address:
    return ranges.reserve(caller, address, note=values["note"])


def _add_range(caller: Caller, network: Network, values: dict[str, Any]) -> Network:
    return ranges.add_range(caller, network, AddressSpan(**values))


def _remove_range(caller: Caller, network: Network, values: dict[str, Any]) -> Network:
    return ranges.remove_range(caller, network, AddressSpan(**values))


RESERVE = about(
    ADDRESS,
    "reserve",
    title="Reserve {name}",
    note="It is given to no instance until it is given out again.",
    action=actions.RESERVE_ADDRESS,
    form=ReserveForm,
    submit=_reserve,
    button="Reserve",
    done=lambda address: f"{address} is given to nobody.",
)


def _about_range(verb: str, title: str, note: str, **options: Any) -> FormPage:
    """A form about the addresses that one network gives out, with what would come of it at the side."""
    return FormPage(
        route=f"network-{verb}",
        path=f"networks/<uuid:uuid>/{verb}/",
        title=title,
        note=note,
        form=SpanForm,
        next=lambda network: f"{reverse('portal:addresses')}?network={network.uuid}",
        parent="networks",
        parent_label="Networks",
        row=queries.network_for,
        row_route="network",
        is_planned=True,
        plan_template="portal/plan.html",
        **options,
    )


ADD_RANGE = _about_range(
    "add-range",
    "Add addresses to {name}",
    "Those that it gives out already stay as they are.",
    action=actions.ADD_RANGE,
    submit=_add_range,
    button="Add addresses",
    done=lambda network: f"{network.name} gives them out from now on.",
)
REMOVE_RANGE = _about_range(
    "remove-range",
    "Remove addresses from {name}",
    "Addresses that are in use cannot go; reserved ones can.",
    action=actions.REMOVE_RANGE,
    submit=_remove_range,
    button="Remove addresses",
    done=lambda network: f"{network.name} does not give them out any more.",
)

menu.entry(
    "IP addresses",
    "addresses",
    icon="network",
    section="Resources",
    order=32,
    action=actions.READ_ADDRESS,
)

urlpatterns = [
    *RESERVE.urls(),
    *ADD_RANGE.urls(),
    *REMOVE_RANGE.urls(),
    *ADDRESSES.urls(),
    *ADDRESS.urls(),
]
