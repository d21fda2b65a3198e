"""Networks and addresses at the REST door."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from cloudportal.api.calls import into, spread, working
from cloudportal.api.filters import UUIDS, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import DriverSettings, NamedShape, Reference, RowShape, Text, Values, Whole
from cloudportal.core.caller import Caller
from networking import actions, queries, states
from networking.models import Network
from networking.services import networks, ranges
from networking.services.networks import NetworkChanges, SharedNetworkValues
from networking.services.ranges import AddressSpan

NETWORK_STATES = tuple(sorted(states.NETWORK.states))
ADDRESS_STATES = tuple(sorted(states.ADDRESS.states))
GREATEST_MTU = 65535


class NetworkShape(RowShape):
    """A layer-2 network with one IPv4 subnet. Without an account it serves everybody in its zone."""

    for_operators = ("driver", "settings", "address_count", "taken_count")

    name = serializers.CharField()
    account = NamedShape(allow_null=True)
    domain = NamedShape(allow_null=True)
    zone = NamedShape()
    has_groups = serializers.BooleanField(
        help_text="Whether security groups hold the NICs in it to their rules."
    )
    kind = serializers.CharField()
    cidr = serializers.CharField()
    gateway = serializers.CharField()
    dns = serializers.ListField(child=serializers.CharField())
    mtu = serializers.IntegerField()
    domain_name = serializers.CharField()
    state = serializers.ChoiceField(choices=NETWORK_STATES)
    driver = serializers.CharField()
    settings = serializers.DictField()
    address_count = serializers.IntegerField(default=None)
    taken_count = serializers.IntegerField(default=None)


class EditNetwork(Values):
    """What may be changed about a network."""

    name = Text(max_length=100)
    dns = serializers.ListField(child=Text(max_length=45), max_length=4, required=False)
    domain_name = Text(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="Ends the names of its instances; empty for the zone's own.",
    )
    mtu = Whole(max_value=GREATEST_MTU, required=False)


class CreateNetwork(EditNetwork):
    """A shared network as an operator wants it; without first and last address the whole subnet is given out."""

    zone = Reference(source="zone_uuid")
    driver = Text(max_length=40, help_text="A network driver's name, from /drivers/.")
    cidr = Text(max_length=43, help_text="As in 10.1.0.0/24.")
    gateway = Text(max_length=45)
    first_ip = Text(max_length=45, required=False)
    last_ip = Text(max_length=45, required=False)
    has_groups = serializers.BooleanField(required=False)
    domain = Reference(source="domain_uuid", required=False, help_text="For this domain and all below it.")
    account = Reference(source="account_uuid", required=False, help_text="For this account.")
    settings = DriverSettings(
        "network", "network", required=False, help_text="As the driver declares them in /drivers/."
    )


class AddressRange(Values):
    """Addresses of the network's subnet."""

    first_ip = Text(max_length=45)
    last_ip = Text(max_length=45)


class ReserveAddress(Values):
    """Why it is set aside."""

    note = Text(
        max_length=100, required=False, allow_blank=True, help_text="What has it, as in “the old printer”."
    )


class AddressShape(RowShape):
    """One address of a network."""

    ip = serializers.CharField()
    network = NamedShape()
    zone = NamedShape(source="network.zone")
    account = NamedShape(allow_null=True)
    state = serializers.ChoiceField(choices=ADDRESS_STATES)
    held_by = serializers.UUIDField(allow_null=True, help_text="The NIC that has it.")
    taken_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(help_text="What has it, where it is reserved.")


def _networks(caller: Caller) -> Any:
    return queries.with_address_counts(queries.networks_for(caller))


def _network(caller: Caller, uuid: UUID) -> Network:
    return queries.with_address_counts(queries.networks_for(caller)).one(uuid)


NETWORKS = Resource(
    path="networks",
    noun="network",
    shape=NetworkShape,
    read=actions.READ_NETWORK,
    rows=_networks,
    row=_network,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=NETWORK_STATES),
        Filter("kind"),
        Filter("cidr"),
        by_uuid("zone"),
        by_uuid("account"),
    ),
    orderings=("name", "created_at", "state", "cidr"),
    changes=(
        Create(
            CreateNetwork,
            into(SharedNetworkValues, networks.create_shared),
            actions.CREATE_SHARED_NETWORK,
            summary="Create a shared network",
        ),
        Edit(EditNetwork, into(NetworkChanges, networks.update), actions.UPDATE_NETWORK),
        Verb(
            "add-range",
            into(AddressSpan, ranges.add_range),
            actions.ADD_RANGE,
            takes=AddressRange,
            summary="Give more of its subnet out",
        ),
        Verb(
            "remove-range",
            into(AddressSpan, ranges.remove_range),
            actions.REMOVE_RANGE,
            takes=AddressRange,
            summary="Give less of its subnet out",
        ),
        Remove(working(networks.delete), actions.DELETE_NETWORK, works=True),
    ),
)

ADDRESSES = Resource(
    path="addresses",
    noun="address",
    shape=AddressShape,
    read=actions.READ_ADDRESS,
    rows=queries.addresses_for,
    row=queries.address_for,
    filters=(
        Filter("ip"),
        Filter("state", choices=ADDRESS_STATES),
        by_uuid("network"),
        by_uuid("zone", "network__zone__uuid"),
        by_uuid("account"),
        Filter("held_by", kind=UUIDS),
    ),
    orderings=("number", "created_at", "taken_at", "state"),
    changes=(
        Verb(
            "reserve",
            spread(ranges.reserve),
            actions.RESERVE_ADDRESS,
            takes=ReserveAddress,
            summary="Give it to nobody",
        ),
        Verb("unreserve", ranges.unreserve, actions.UNRESERVE_ADDRESS, summary="Give it out again"),
    ),
)
