"""Networks of a host: found, listed, made and removed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import DriverError, Leftover, NotThere, Refused
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.overtaking import have_done
from networking.drivers.contract import NetworkFacts, NetworkSpec
from networking.drivers.libvirt_network.definition import Definition, network_xml


def find(talk: Talk, uuid: UUID) -> Any:
    """libvirt's handle of the network, or None."""
    try:
        return talk.look(talk.connection.networkLookupByUUIDString, str(uuid))
    except NotThere:
        return None


def definition_of(talk: Talk, network: Any) -> Definition:
    """What libvirt says of the network as it will be after its next start, which our changes keep equal to
    now.
    """
    return Definition.read(talk.look(network.XMLDesc, library().VIR_NETWORK_XML_INACTIVE))


def find_facts(talk: Talk, uuid: UUID, lease_minutes: int) -> NetworkFacts | None:
    """The network, or None."""
    network = find(talk, uuid)
    try:
        return None if network is None else _facts(talk, network, lease_minutes)
    except NotThere:
        return None


def list_facts(talk: Talk, lease_minutes: int) -> tuple[NetworkFacts, ...]:
    """All networks of ours on the host."""
    found = []
    for network in talk.look(talk.connection.listAllNetworks, 0):
        # One that went away since the list was made is no network any more.
        with suppress(NotThere):
            if definition_of(talk, network).is_ours:
                found.append(_facts(talk, network, lease_minutes))
    return tuple(sorted(found, key=lambda facts: facts.uuid))


def ensure(talk: Talk, spec: NetworkSpec, lease_minutes: int) -> NetworkFacts:
    """The network is there as the spec says, and active; see the contract."""
    network = find(talk, spec.uuid)
    is_new = network is None
    if network is None or _differs(talk, network, spec, lease_minutes):
        reservations = () if network is None else definition_of(talk, network).reservations()
        network = talk.act(talk.connection.networkDefineXML, network_xml(spec, reservations, lease_minutes))
    try:
        _activate(talk, network)
    except DriverError as fault:
        if is_new and not fault.is_retryable:
            _clean_up(talk, spec.uuid, fault)
        raise
    return _facts(talk, network, lease_minutes)


def remove(talk: Talk, uuid: UUID) -> None:
    """The network is gone; see the contract."""
    network = find(talk, uuid)
    if network is None:
        return
    with suppress(NotThere):
        if talk.look(network.isActive):
            _demand_unused(talk, network)
        # In this order: started by another caller in between, a network without a definition still goes with
        # its end.
        have_done(talk, lambda: not talk.look(network.isPersistent), network.undefine)
        have_done(talk, lambda: not talk.look(network.isActive), network.destroy)


def _facts(talk: Talk, network: Any, lease_minutes: int) -> NetworkFacts:
    is_active = bool(talk.look(network.isActive))
    return definition_of(talk, network).facts(is_active=is_active, lease_minutes=lease_minutes)


def _differs(talk: Talk, network: Any, spec: NetworkSpec, lease_minutes: int) -> bool:
    """Whether the definition must be written again; raises Refused for what cannot change under running
    guests.
    """
    definition = definition_of(talk, network)
    wanted = Definition.read(network_xml(spec, definition.reservations(), lease_minutes))
    if definition.fixed != wanted.fixed:
        raise Refused(
            "The network is there already, with other addresses or MTU.", detail=f"network {spec.uuid}"
        )
    return definition.changeable != wanted.changeable


def _activate(talk: Talk, network: Any) -> None:
    have_done(talk, lambda: bool(talk.look(network.autostart)), network.setAutostart, 1)
    have_done(talk, lambda: bool(talk.look(network.isActive)), network.create)


def _demand_unused(talk: Talk, network: Any) -> None:
    # libvirt would pull the bridge from under running guests without a word.
    try:
        ports = talk.look(network.listAllPorts, 0)
    except Refused:
        # Another caller has stopped it meanwhile.
        if talk.look(network.isActive):
            raise
        return
    if ports:
        raise Refused(
            "Instances still run on this network. Stop them first.", detail=f"{len(ports)} NICs are on it"
        )


def _clean_up(talk: Talk, uuid: UUID, fault: DriverError) -> None:
    try:
        remove(talk, uuid)
    except DriverError as second:
        raise Leftover(detail=f"network {uuid}: {second.detail}") from fault
