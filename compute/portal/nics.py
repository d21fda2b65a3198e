"""Network cards of an instance: one card's page, and the forms that add a card or an address."""

from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.models import Job
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, subjects
from cloudportal.portal.buttons import RowAction, RowLink
from cloudportal.portal.choices import AnyOf, Card, OneOf
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, about, adding
from cloudportal.portal.panels import Fact, Facts, Table
from cloudportal.portal.subjects import Holder
from compute import nic_actions as actions
from compute import nic_queries as queries
from compute.models import Instance, Nic, SecondaryAddress
from compute.portal import words
from compute.queries import instance_for
from compute.services import nics
from compute.services.nics import NewNic
from compute.services.nics.submitting import CHANGEABLE
from networking import actions as network_actions
from networking import states as network_states
from networking.group_queries import groups_for
from networking.queries import networks_for

ANY_ADDRESS = "Empty for any that is free."


def _is_changeable(caller: Caller, nic: Nic) -> bool:
    return nic.instance.state in CHANGEABLE


def _may_go(caller: Caller, nic: Nic) -> bool:
    return _is_changeable(caller, nic) and not nic.is_default


def _is_in(caller: Caller, nic: Nic) -> bool:
    return _is_changeable(caller, nic) and nic.is_linked


def _is_out(caller: Caller, nic: Nic) -> bool:
    return _is_changeable(caller, nic) and not nic.is_linked


def _has_more(caller: Caller, nic: Nic) -> bool:
    return _is_changeable(caller, nic) and bool(nic.secondary_addresses.all())


def card(nic: Nic) -> Any:
    """The NIC as a link, and what is special about it."""
    marks = [word for word, is_so in (("default", nic.is_default), ("cable out", not nic.is_linked)) if is_so]
    return cells.link(nic.mac, "nic", nic.uuid, note=", ".join(marks))


def ips(nic: Nic) -> Any:
    """Its addresses, to copy; the first one is DHCP's."""
    found = [nic.address.ip] if nic.address else []
    return words.lines(
        cells.copyable(ip) for ip in [*found, *(str(one) for one in nic.secondary_addresses.all())]
    )


def _groups(nic: Nic) -> Any:
    """Its security groups, as links; nothing where its network has none."""
    if not nic.network.has_groups:
        return ""
    found = [cells.link(one.name, "security-group", one.uuid) for one in nic.groups.all()]
    return words.lines(found) if found else "none"


def _may_choose_groups(caller: Caller, nic: Nic) -> bool:
    return _is_changeable(caller, nic) and nic.network.has_groups


def _instance(nic: Nic) -> Any:
    return cells.link(nic.instance.name, "instance", nic.instance.uuid)


NIC_TABLE = Table(
    "Network",
    lambda caller, row: row.nics.all(),
    (
        Column("network", "Network", words.nic_network),
        Column("address", "Address", ips),
        Column("groups", "Security groups", _groups, is_shown_empty=False),
        Column("mac", "Card", card),
    ),
    empty="It is on no network.",
    add=RowLink(actions.ADD, "nic-add", icon="plus", parameter="instance"),
)

NIC = DetailPage(
    route="nic",
    path="nics/",
    noun="network card",
    row=queries.nic_for,
    parent="instances",
    parent_label="Instances",
    title=lambda nic: nic.mac,
    state=None,
    summary=lambda nic: f"in {nic.instance.name}",
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Network card",
            (
                Fact("Instance", _instance),
                Fact("Network", words.nic_network),
                Fact("Address", lambda nic: cells.copyable(nic.address and nic.address.ip)),
                Fact("Gateway", lambda nic: cells.copyable(nic.network.gateway)),
                Fact("MAC", lambda nic: cells.copyable(nic.mac)),
                Fact("Security groups", _groups, is_shown_empty=False),
                Fact("Default", lambda nic: cells.yes_or_no(nic.is_default)),
                Fact("Cable", lambda nic: "in" if nic.is_linked else "out"),
                Fact("Id", lambda nic: cells.copyable(nic.uuid)),
            ),
        ),
        Table(
            "Secondary addresses",
            lambda caller, nic: nic.secondary_addresses.all(),
            (Column("ip", "Address", lambda one: cells.copyable(one.address.ip)),),
            empty="It has only the one address that DHCP gives.",
            add=RowLink(actions.ADD_ADDRESS, "nic-add-address", icon="plus", is_shown=_is_changeable),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.MAKE_DEFAULT,
            nics.make_default,
            icon="network",
            done="{name} is made the default card.",
            is_shown=_may_go,
        ),
        RowLink(actions.SET_GROUPS, "nic-set-groups", icon="lock", is_shown=_may_choose_groups),
        RowLink(actions.ADD_ADDRESS, "nic-add-address", icon="plus", is_shown=_is_changeable),
        RowLink(actions.REMOVE_ADDRESS, "nic-remove-address", icon="trash", is_shown=_has_more),
        RowAction(
            actions.CONNECT, nics.connect, icon="play", done="The cable is plugged in.", is_shown=_is_out
        ),
        RowAction(
            actions.DISCONNECT, nics.disconnect, icon="stop", done="The cable is pulled.", is_shown=_is_in
        ),
        RowAction(
            actions.REMOVE,
            nics.remove,
            icon="trash",
            done="{name} is being taken out.",
            is_shown=_may_go,
        ),
    ),
)


class NicForm(PortalForm):
    """The network of a new card, and where that matters its address."""

    network = OneOf(nothing_to_choose="The instance is in every network of its zone that it may be in.")
    ip = forms.GenericIPAddressField(label="Address", protocol="IPv4", required=False, help_text=ANY_ADDRESS)
    mac = forms.CharField(
        label="MAC address", max_length=17, required=False, help_text="Empty for a new one."
    )

    def shape(self) -> None:
        """Offers the networks of the zone; what only some may choose is left out for the others."""
        instance: Instance = instance_for(self.caller, self.chosen["instance"])
        there = [nic.network_id for nic in instance.nics.all()]
        rows = networks_for(self.caller).filter(zone=instance.zone, state=network_states.READY)
        self.offer_rows(
            "network", rows.exclude(pk__in=there), lambda row: Card(row.name, row.cidr), route="networks"
        )
        if not self.caller.may(actions.CHOOSE_MAC.name):
            del self.fields["mac"]
        if not self.caller.may(network_actions.CHOOSE_ADDRESS.name):
            del self.fields["ip"]


class InstanceChoice(PortalForm):
    """Which instance gets the card."""

    instance = forms.UUIDField(widget=forms.HiddenInput())


def _add(caller: Caller, row: None, values: dict[str, Any]) -> tuple[Nic, Job]:
    instance = instance_for(caller, values["instance"])
    wanted = NewNic(network=values["network"], ip=values.get("ip") or "", mac=values.get("mac") or "")
    return nics.add(caller, instance, wanted)


class GroupsForm(PortalForm):
    """Which security groups a card is in."""

    security_groups = AnyOf(label="Security groups", required=False)

    def shape(self) -> None:
        """Offers those of the card's owner, and begins with what it is in."""
        nic: Nic = self.row
        self.initial = {"security_groups": [str(one.uuid) for one in nic.groups.all()]}
        rows = groups_for(self.caller).filter(account=nic.instance.account)
        self.offer_rows(
            "security_groups",
            rows,
            lambda row: Card(row.name, row.description),
            route="security-groups",
            always=self.initial["security_groups"],
        )


def _set_groups(caller: Caller, nic: Nic, values: dict[str, Any]) -> tuple[Nic, Job]:
    return nic, nics.set_groups(caller, nic, values["security_groups"])


class AddressForm(PortalForm):
    """Which address."""

    ip = forms.GenericIPAddressField(label="Address", protocol="IPv4", required=False, help_text=ANY_ADDRESS)

    def shape(self) -> None:
        """Only who may choose an address is asked for one."""
        if not self.caller.may(network_actions.CHOOSE_ADDRESS.name):
            del self.fields["ip"]


class WhichAddressForm(PortalForm):
    """Which of a card's addresses."""

    address = forms.ChoiceField(label="Address", help_text="It is others' to have afterwards.")

    def shape(self) -> None:
        """Offers its secondary addresses."""
        nic: Nic = self.row
        self.offer("address", [(str(one.uuid), str(one)) for one in nic.secondary_addresses.all()])


def _add_address(caller: Caller, nic: Nic, values: dict[str, Any]) -> tuple[SecondaryAddress, Job]:
    return nics.add_address(caller, nic, ip=values.get("ip") or "")


def _remove_address(caller: Caller, nic: Nic, values: dict[str, Any]) -> tuple[Nic, Job]:
    row = queries.secondary_address_for(caller, nic, values["address"])
    return nic, nics.remove_address(caller, row)


ADD = adding(
    NIC,
    title="Add a network card",
    action=actions.ADD,
    form=NicForm,
    chooser=InstanceChoice,
    submit=_add,
    button="Add card",
    done=lambda result: f"{result[0].mac} is being plugged in.",
)
SET_GROUPS = about(
    NIC,
    "set-groups",
    title="Choose security groups for {name}",
    action=actions.SET_GROUPS,
    form=GroupsForm,
    submit=_set_groups,
    button="Choose",
    done=lambda result: "The groups are being applied.",
    note="What no rule of any of them allows is dropped.",
)
ADD_ADDRESS = about(
    NIC,
    "add-address",
    title="Give {name} one more address",
    action=actions.ADD_ADDRESS,
    form=AddressForm,
    submit=_add_address,
    button="Add address",
    done=lambda result: f"{result[0]} is being added.",
    next=lambda result: reverse("portal:nic", args=[result[0].nic.uuid]),
    note="DHCP gives a card only its first address. Set this one up inside the instance.",
)
REMOVE_ADDRESS = about(
    NIC,
    "remove-address",
    title="Take an address from {name}",
    action=actions.REMOVE_ADDRESS,
    form=WhichAddressForm,
    submit=_remove_address,
    button="Remove address",
    done=lambda result: "The address is being removed.",
)


def _members(caller: Caller, groups: set[UUID]) -> dict[UUID, Holder]:
    """By its own uuid, each card in one of the groups, called by its instance and network."""
    rows = queries.nics_for(caller).filter(groups__uuid__in=groups).select_related("instance", "network")
    return {nic.uuid: Holder(f"{nic.instance.name} in {nic.network.name}", "nic", nic.uuid) for nic in rows}


subjects.shown_at("NIC", "nic")
subjects.held_through("security group", _members)

urlpatterns = [*ADD.urls(), *SET_GROUPS.urls(), *ADD_ADDRESS.urls(), *REMOVE_ADDRESS.urls(), *NIC.urls()]
