"""Networking in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from cloudportal.administration.forms import ServiceForm, by_uuid
from cloudportal.administration.scoped import ScopedAdmin
from cloudportal.administration.verbs import Verb
from cloudportal.core.caller import Caller
from networking import actions, queries
from networking.models import Address, Network, NetworkPlacement
from networking.services import networks
from networking.services.networks import NetworkChanges, SharedNetworkValues


class NetworkForm(ServiceForm):
    """A shared network, with the range of its addresses."""

    first_ip = forms.GenericIPAddressField(required=False)
    last_ip = forms.GenericIPAddressField(required=False)

    class Meta:
        model = Network
        fields = ("zone", "name", "driver", "settings", "cidr", "gateway", "dns", "domain_name", "mtu")
        help_texts: ClassVar = {"settings": "As the driver declares them."}


@admin.register(Network)
class NetworkAdmin(ScopedAdmin):
    """Layer-2 networks, each with one subnet."""

    form = NetworkForm
    read, add, edit = actions.READ_NETWORK, actions.CREATE_SHARED_NETWORK, actions.UPDATE_NETWORK
    list_display = ("name", "zone", "account", "kind", "cidr", "state")
    list_filter = ("state", "kind", "zone")
    search_fields = ("name", "cidr")
    fields = (
        "zone",
        "name",
        "driver",
        "settings",
        "cidr",
        "gateway",
        "first_ip",
        "last_ip",
        "dns",
        "domain_name",
        "mtu",
    )
    only_new = ("settings", "driver", "first_ip", "last_ip")
    fixed = ("zone", "cidr", "gateway")
    shown = ("kind", "state")
    verbs = (Verb(actions.DELETE_NETWORK, networks.delete),)

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's networks."""
        return queries.networks_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Network:
        """By the service."""
        wanted = {name: value for name, value in by_uuid(values).items() if value != ""}
        return networks.create_shared(caller, SharedNetworkValues(**wanted))

    def update(self, caller: Caller, row: Network, values: dict[str, Any]) -> Network:
        """By the service."""
        return networks.update(caller, row, NetworkChanges(**values))


@admin.register(Address)
class AddressAdmin(ScopedAdmin):
    """Addresses of networks."""

    read = actions.READ_ADDRESS
    list_display = ("ip", "network", "account", "state", "taken_at")
    list_filter = ("state", "network")
    search_fields = ("ip",)
    shown = ("ip", "network", "account", "state", "held_by", "taken_at", "released_at")

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's addresses."""
        return queries.addresses_for(caller)


@admin.register(NetworkPlacement)
class NetworkPlacementAdmin(ScopedAdmin):
    """Which hosts a network is laid on."""

    read = actions.READ_NETWORK
    list_display = ("network", "host", "locator")
    list_filter = ("network", "host")
    list_select_related = ("network", "host")
    shown = ("network", "host", "locator")
