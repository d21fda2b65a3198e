"""Reservations of a network: changed while it runs and for its next start alike."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import Busy, DriverError, NotThere, Refused
from cloudportal.drivers.libvirtd.faults import Code, is_code
from cloudportal.drivers.libvirtd.link import Talk, library
from networking.drivers.contract import ReservationSpec
from networking.drivers.libvirt_network.definition import host_xml
from networking.drivers.libvirt_network.networks import definition_of, find
from networking.drivers.ranges import demand_usable

ANY_PARENT = -1


def list_all(talk: Talk, network_uuid: UUID) -> tuple[ReservationSpec, ...]:
    """All reservations; raises NotThere without the network."""
    return definition_of(talk, _network(talk, network_uuid)).reservations()


def ensure(talk: Talk, network_uuid: UUID, reservation: ReservationSpec, lease_minutes: int) -> None:
    """The NIC gets this address; see the contract."""
    network = _network(talk, network_uuid)
    definition = definition_of(talk, network)
    demand_usable(reservation.ip, cidr=definition.cidr, gateway=definition.gateway)
    known = definition.reservations()
    if reservation in known:
        return
    _demand_free(known, reservation)
    for older in _of_nic(known, reservation.mac):
        _delete(talk, network, older)
    _add(talk, network, reservation, lease_minutes)


def remove(talk: Talk, network_uuid: UUID, mac: str) -> None:
    """The NIC gets no address; see the contract."""
    network = find(talk, network_uuid)
    if network is None:
        return
    for known in _of_nic(definition_of(talk, network).reservations(), mac):
        _delete(talk, network, known)


def _network(talk: Talk, uuid: UUID) -> Any:
    return talk.look(talk.connection.networkLookupByUUIDString, str(uuid))


def _demand_free(known: tuple[ReservationSpec, ...], reservation: ReservationSpec) -> None:
    if any(one.ip == reservation.ip and one.mac != reservation.mac for one in known):
        raise Refused("Another NIC has this address already.", detail=f"{reservation.ip} is reserved")
    if any(one.hostname == reservation.hostname and one.mac != reservation.mac for one in known):
        raise Refused("Another NIC has this name already.", detail=f"{reservation.hostname} is taken")


def _of_nic(known: tuple[ReservationSpec, ...], mac: str) -> list[ReservationSpec]:
    return [one for one in known if one.mac == mac]


def _add(talk: Talk, network: Any, reservation: ReservationSpec, lease_minutes: int) -> None:
    command = library().VIR_NETWORK_UPDATE_COMMAND_ADD_LAST
    try:
        _update(talk, network, command, host_xml(reservation, lease_minutes))
    except Refused as fault:
        known = definition_of(talk, network).reservations()
        if reservation not in known:
            _demand_free(known, reservation)
            raise _overtaken(fault) from fault


def _delete(talk: Talk, network: Any, reservation: ReservationSpec) -> None:
    command = library().VIR_NETWORK_UPDATE_COMMAND_DELETE
    try:
        _update(talk, network, command, host_xml(reservation))
    except (Refused, NotThere) as fault:
        if reservation in definition_of(talk, network).reservations():
            raise _overtaken(fault) from fault


def _overtaken(fault: DriverError) -> DriverError:
    """What libvirt calls invalid at the moment was made so by another caller, between our look and our
    call.
    """
    return Busy(detail=fault.detail) if is_code(fault.__cause__, Code.OPERATION_INVALID) else fault


def _update(talk: Talk, network: Any, command: int, description: str) -> None:
    flags = library()
    # Both at once, where it runs: a change of only one would be undone or forgotten at the next start.
    where = flags.VIR_NETWORK_UPDATE_AFFECT_CONFIG
    if talk.look(network.isActive):
        where |= flags.VIR_NETWORK_UPDATE_AFFECT_LIVE
    section = flags.VIR_NETWORK_SECTION_IP_DHCP_HOST
    talk.act(network.update, command, section, ANY_PARENT, description, where)
