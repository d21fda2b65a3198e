"""Networks: the list with how many addresses are left, one network with the addresses in it, and its forms."""

from typing import Any, ClassVar

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import words_of
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import Group, PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from cloudportal.portal.queries import Filter
from compute.topology.abilities import known_drivers
from compute.topology.portal.clusters import zone_choices
from compute.topology.portal.driver_fields import add_fields, settings_in
from networking import actions, queries, states
from networking.models import Address, Network, NetworkPlacement
from networking.portal.addresses import holder, name_holders
from networking.services import networks
from networking.services.networks import NetworkChanges, SharedNetworkValues
from tenants.queries import accounts_for, domain_paths, domains_for

ADMIN = RoleKind.DOMAIN_ADMIN
ROOT = RoleKind.ROOT_ADMIN
MOST_ADDRESSES = 25
MOST_OWNERS = 200


def _networks(caller: Caller) -> ScopedQuerySet[Network]:
    return queries.with_address_counts(queries.networks_for(caller)).order_by("name", "pk")


def _addresses(caller: Caller, network: Network) -> list[Address]:
    """The caller's addresses in the network, with the name of what has each."""
    rows = list(queries.addresses_for(caller).filter(network=network, state=states.TAKEN)[:MOST_ADDRESSES])
    name_holders(caller, rows)
    return rows


def _room(network: Network) -> Any:
    taken, total = getattr(network, "taken_count", 0), getattr(network, "address_count", 0)
    return cells.bar(taken, total, text=f"{taken} of {total}")


def _owner(network: Network) -> str:
    if network.account is not None:
        return network.account.name
    return f"{network.domain.name} and below" if network.domain else "everybody"


def _zone(network: Network) -> Any:
    return cells.link(network.zone.name, "zone", network.zone.uuid)


def _is_current(placement: NetworkPlacement) -> str:
    return "yes" if placement.is_current else "when the instances there have stopped"


def _host(placement: NetworkPlacement) -> Any:
    return cells.link(placement.host.name, "host", placement.host.uuid)


class NetworkChoice(PortalForm):
    """Which driver lays the network; it decides what must be told."""

    driver = forms.ChoiceField(label="Kind of network")

    def shape(self) -> None:
        """Offers every driver."""
        self.offer("driver", [(one.name, one.label) for one in known_drivers("network", "network")])


class NetworkForm(PortalForm):
    """A shared network's name, range and what its driver must be told."""

    groups: ClassVar = (
        Group("What it is", ("name", "zone_uuid", "owner", "has_groups")),
        Group("Which addresses it has", ("cidr", "gateway", "first_ip", "last_ip")),
        Group("What its guests are told", ("dns", "domain_name", "mtu")),
    )

    zone_uuid = forms.ChoiceField(label="Zone")
    name = forms.CharField(max_length=100)
    cidr = forms.CharField(label="Subnet", max_length=43, help_text="Such as 10.40.0.0/24.")
    gateway = forms.GenericIPAddressField(protocol="IPv4", help_text="The way out of it, such as 10.40.0.1.")
    first_ip = forms.GenericIPAddressField(
        label="First address", protocol="IPv4", required=False, help_text="Empty for the whole subnet."
    )
    last_ip = forms.GenericIPAddressField(label="Last address", protocol="IPv4", required=False)
    dns = forms.CharField(
        label="Name servers",
        required=False,
        help_text="IP addresses for the guests, with commas between them.",
    )
    domain_name = forms.CharField(
        label="Domain name",
        max_length=100,
        required=False,
        help_text="Ends the names of its instances, such as lab.example. Empty for the zone's own.",
    )
    mtu = forms.IntegerField(label="MTU", initial=1500)
    has_groups = forms.BooleanField(
        label="Security groups",
        required=False,
        help_text="Hold the network cards in it to the rules of their security groups.",
    )
    owner = forms.ChoiceField(
        label="For", required=False, help_text="Whose instances may be in it. This cannot be changed later."
    )

    def shape(self) -> None:
        """Adds the driver's fields; where the network is there, its range and whom it is for stay."""
        network: Network | None = self.row
        if network is not None:
            for name in (
                "zone_uuid",
                "cidr",
                "gateway",
                "first_ip",
                "last_ip",
                "has_groups",
                "owner",
            ):
                del self.fields[name]
            self.initial = {
                "name": network.name,
                "dns": ", ".join(network.dns),
                "domain_name": network.domain_name,
                "mtu": network.mtu,
            }
            return
        self.offer("zone_uuid", zone_choices(self.caller))
        self.offer("owner", [("", "everybody"), *_owners(self.caller)])
        declared = {one.name: one.settings for one in known_drivers("network", "network")}
        add_fields(self, declared.get(self.chosen["driver"], ()))

    def sections(self) -> list[tuple[Group, list[forms.BoundField]]]:
        """With what the driver declares behind the rest."""
        known = {name for group in self.groups for name in group.names}
        declared = [self[name] for name in self.fields if name not in known]
        return [*super().sections(), (Group("Where it is laid", ()), declared)]


def _owners(caller: Caller) -> list[tuple[str, str]]:
    domains = list(domains_for(caller)[:MOST_OWNERS])
    paths = domain_paths(caller, domains)
    accounts = accounts_for(caller).select_related("domain")[:MOST_OWNERS]
    return [
        *((f"domain {one.uuid}", f"domain {paths[one.pk]} and below") for one in domains),
        *((f"account {one.uuid}", f"account {one.name} of {one.domain.name} only") for one in accounts),
    ]


def _owner_in(choice: str) -> dict[str, str]:
    kind, _, uuid = choice.partition(" ")
    return {f"{kind}_uuid": uuid} if uuid else {}


def _add(caller: Caller, row: None, values: dict[str, Any]) -> Network:
    wanted = SharedNetworkValues(
        zone_uuid=values["zone_uuid"],
        name=values["name"],
        driver=values["driver"],
        cidr=values["cidr"],
        gateway=values["gateway"],
        first_ip=values["first_ip"] or None,
        last_ip=values["last_ip"] or None,
        dns=words_of(values["dns"]),
        mtu=values["mtu"],
        domain_name=values["domain_name"],
        has_groups=values["has_groups"],
        **_owner_in(values["owner"]),
        settings=settings_in(values),
    )
    return networks.create_shared(caller, wanted)


def _edit(caller: Caller, network: Network, values: dict[str, Any]) -> Network:
    changes = NetworkChanges(**{**values, "dns": words_of(values["dns"])})
    return networks.update(caller, network, changes)


NETWORKS = ListPage(
    route="networks",
    path="networks/",
    title="Networks",
    nouns="networks",
    icon="network",
    rows=_networks,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "network", row.uuid), sort="name"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("cidr", "Subnet", lambda row: cells.code(row.cidr)),
        Column("gateway", "Gateway", lambda row: cells.code(row.gateway), on_phone=False),
        Column("room", "Addresses taken", _room, sort="taken_count"),
        Column("owner", "For", _owner, on_phone=False),
        Column("zone", "Zone", _zone, sort="zone__name"),
    ),
    about="A network is how instances reach each other and the world. Your administrator lays shared ones for you.",
    search=("name", "cidr", "zone__name"),
    filters=(
        Filter("zone", "Zone", "zone__uuid", zone_choices),
        Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),
    ),
    create=PageLink("Add shared network", "network-add", actions.CREATE_SHARED_NETWORK),
)
NETWORK = DetailPage(
    route="network",
    path="networks/",
    noun="network",
    row=lambda caller, uuid: _networks(caller).one(uuid, noun="network"),
    parent="networks",
    parent_label="Networks",
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Network",
            (
                Fact("Subnet", lambda row: cells.copyable(row.cidr)),
                Fact("Gateway", lambda row: cells.copyable(row.gateway)),
                Fact("Name servers", lambda row: ", ".join(row.dns)),
                Fact("Domain name", lambda row: row.domain_name or row.zone.network_suffix),
                Fact("Addresses taken", _room),
                Fact("For", _owner),
                Fact("Zone", _zone),
                Fact("Security groups", lambda row: cells.yes_or_no(row.has_groups)),
                Fact("MTU", "mtu"),
                Fact("Driver", "driver", least=ROOT),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        Table(
            "Addresses in use",
            _addresses,
            (
                Column("ip", "Address", lambda row: cells.copyable(row.ip)),
                Column("holder", "Has it", holder),
                Column("account", "Account", lambda row: row.account and row.account.name, least=ADMIN),
                Column("since", "Since", lambda row: cells.moment(row.taken_at)),
            ),
            empty="None of your instances is on this network. Choose it when you deploy one, or add a network card.",
            more=("addresses", "network"),
        ),
        Table(
            "Laid on",
            queries.placements_for,
            (
                Column("host", "Host", _host),
                Column("locator", "As", lambda row: cells.code(row.locator)),
                Column("current", "As it is now", _is_current),
            ),
            empty="No host has it yet; the first guest there brings it.",
            least=ROOT,
        ),
        jobs_panel(),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(
            actions.READ_ADDRESS, "addresses", icon="network", label="See addresses", parameter="network"
        ),
        RowLink(actions.UPDATE_NETWORK, "network-edit", icon="edit"),
        RowLink(actions.ADD_RANGE, "network-add-range", icon="plus"),
        RowLink(actions.REMOVE_RANGE, "network-remove-range", icon="trash"),
        RowAction(
            actions.DELETE_NETWORK,
            networks.delete,
            icon="trash",
            done="{name} is being deleted.",
            goes_away=True,
        ),
    ),
)
FORMS = (
    adding(
        NETWORK,
        title="Add a shared network",
        action=actions.CREATE_SHARED_NETWORK,
        form=NetworkForm,
        chooser=NetworkChoice,
        submit=_add,
        button="Add network",
    ),
    editing(
        NETWORK,
        action=actions.UPDATE_NETWORK,
        form=NetworkForm,
        submit=_edit,
        is_planned=True,
        plan_template="portal/plan.html",
    ),
)

menu.entry("Networks", "networks", icon="network", section="Resources", order=30, action=actions.READ_NETWORK)
subjects.shown_at("network", "network")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *NETWORKS.urls(), *NETWORK.urls()]
