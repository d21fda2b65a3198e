"""Network cards of instances and their secondary addresses at the REST door."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from cloudportal.api.calls import working
from cloudportal.api.filters import FLAG, Filter, by_uuid
from cloudportal.api.resources import Create, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Reference, References, RowShape, Shape, Text, Values
from cloudportal.api.work import Work
from cloudportal.core.caller import Caller
from compute import nic_actions as actions
from compute import nic_queries as queries
from compute.models import Nic, SecondaryAddress
from compute.queries import instance_for
from compute.services import nics
from compute.services.nics import NewNic


class SecondaryShape(Shape):
    """An address that a NIC has beside its first one."""

    uuid = serializers.UUIDField()
    ip = serializers.CharField(source="address.ip")


class NicShape(Shape):
    """A network card. The default one leads out of its networks."""

    uuid = serializers.UUIDField()
    mac = serializers.CharField()
    device_index = serializers.IntegerField()
    network = NamedShape()
    ip = serializers.CharField(source="address.ip", default=None, allow_null=True)
    secondary_addresses = SecondaryShape(many=True)
    security_groups = NamedShape(many=True, source="groups")
    is_default = serializers.BooleanField()
    is_linked = serializers.BooleanField(help_text="False while its cable is out.")


class NicRowShape(RowShape, NicShape):
    """A network card with its instance."""

    instance = NamedShape()
    gateway = serializers.CharField(source="network.gateway")
    cidr = serializers.CharField(source="network.cidr")


class AddNic(Values):
    """In which network the instance gets a card, and where that matters with which address."""

    instance = Reference()
    network = Reference()
    ip = Text(max_length=45, required=False)
    mac = Text(max_length=17, required=False, help_text="For root admins; else one is made up.")
    security_groups = References(required=False, max_length=5)


class SetGroups(Values):
    """Which security groups, in place of those that it is in; its owner's default one where none is named."""

    security_groups = References(max_length=5)


class SecondaryRowShape(RowShape):
    """An address that a NIC has beside its first one."""

    ip = serializers.CharField(source="address.ip")
    nic = NamedShape()
    network = NamedShape(source="address.network")


class AddAddress(Values):
    """Which address; any free one where none is named."""

    ip = Text(max_length=45, required=False)


def _add(caller: Caller, values: dict[str, Any]) -> Work:
    instance = instance_for(caller, values.pop("instance"))
    nic, job = nics.add(caller, instance, NewNic(**values))
    return Work(job, nic)


def _set_groups(caller: Caller, nic: Nic, values: dict[str, Any]) -> Work:
    return Work(nics.set_groups(caller, nic, values["security_groups"]))


def _addresses(caller: Caller, nic: UUID) -> Any:
    return queries.secondary_addresses_for(caller, queries.nic_for(caller, nic))


def _address(caller: Caller, nic: UUID, uuid: UUID) -> SecondaryAddress:
    return queries.secondary_address_for(caller, queries.nic_for(caller, nic), uuid)


def _add_address(caller: Caller, nic: UUID, values: dict[str, Any]) -> Work:
    row, job = nics.add_address(caller, queries.nic_for(caller, nic), **values)
    return Work(job, row)


NICS = Resource(
    path="nics",
    noun="nic",
    shape=NicRowShape,
    read=actions.READ,
    rows=queries.nics_for,
    row=queries.nic_for,
    filters=(
        by_uuid("instance"),
        by_uuid("network"),
        Filter("mac"),
        Filter("ip", "address__ip"),
        Filter("is_default", kind=FLAG),
        Filter("is_linked", kind=FLAG),
    ),
    orderings=("created_at", "device_index", "mac"),
    changes=(
        Create(AddNic, _add, actions.ADD, works=True, summary="Plug a network card into an instance"),
        Remove(working(nics.remove), actions.REMOVE, works=True, summary="Take it out"),
        Verb(
            "make-default",
            working(nics.make_default),
            actions.MAKE_DEFAULT,
            works=True,
            summary="Let the instance out through it",
        ),
        Verb(
            "set-groups",
            _set_groups,
            actions.SET_GROUPS,
            takes=SetGroups,
            works=True,
            summary="Hold it to other security groups",
        ),
        Verb("connect", working(nics.connect), actions.CONNECT, works=True, summary="Plug its cable in"),
        Verb(
            "disconnect", working(nics.disconnect), actions.DISCONNECT, works=True, summary="Pull its cable"
        ),
    ),
)

SECONDARY_ADDRESSES = Resource(
    path="nics/{nic}/secondary-addresses",
    noun="secondary address",
    shape=SecondaryRowShape,
    read=actions.READ,
    rows=_addresses,
    row=_address,
    filters=(Filter("ip", "address__ip"),),
    orderings=("created_at",),
    changes=(
        Create(AddAddress, _add_address, actions.ADD_ADDRESS, works=True, summary="Give it one more address"),
        Remove(working(nics.remove_address), actions.REMOVE_ADDRESS, works=True, summary="Take it away"),
    ),
)
