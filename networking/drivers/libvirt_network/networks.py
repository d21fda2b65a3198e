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
    """What libvirt says of the network as it will be after its next start. Reservations are the same now."""
    return Definition.read(talk.look(network.XMLDesc, library().VIR_NETWORK_XML_INACTIVE))


def running_definition_of(talk: Talk, network: Any) -> Definition:
    """The network as it runs, or where it does not, as it will."""
    return Definition.read(talk.look(network.XMLDesc, 0))


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
        if not is_new:
            _renew(talk, network)
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
    running = running_definition_of(talk, network)
    return definition_of(talk, network).facts(
        is_active=is_active, lease_minutes=lease_minutes, running=running
    )


def _differs(talk: Talk, network: Any, spec: NetworkSpec, lease_minutes: int) -> bool:
    """Whether the definition must be written again; raises Refused for what never changes."""
    definition = definition_of(talk, network)
    wanted = Definition.read(network_xml(spec, definition.reservations(), lease_minutes))
    if definition.fixed != wanted.fixed:
        raise Refused("The network is there already, with other addresses.", detail=f"network {spec.uuid}")
    return (definition.name, *definition.changeable) != (wanted.name, *wanted.changeable)


def _renew(talk: Talk, network: Any) -> None:
    """Stops the network, to be started as it is defined now, unless guests run on it: libvirt can change neither name
    servers nor domain nor MTU of a network that runs, and stopping it takes the bridge from under its guests.
    """
    with suppress(NotThere):
        defined, running = definition_of(talk, network), running_definition_of(talk, network)
        if defined.changeable != running.changeable and not _ports(talk, network):
            have_done(talk, lambda: not talk.look(network.isActive), network.destroy)


def _activate(talk: Talk, network: Any) -> None:
    have_done(talk, lambda: bool(talk.look(network.autostart)), network.setAutostart, 1)
    have_done(talk, lambda: bool(talk.look(network.isActive)), network.create)


def _demand_unused(talk: Talk, network: Any) -> None:
    # libvirt would pull the bridge from under running guests without a word.
    count = _ports(talk, network)
    if count:
        raise Refused(
            "Instances still run on this network. Stop them first.", detail=f"{count} NICs are on it"
        )


def _ports(talk: Talk, network: Any) -> int:
    """How many NICs are on the network."""
    try:
        return len(talk.look(network.listAllPorts, 0))
    except Refused:
        # Another caller has stopped it meanwhile.
        if talk.look(network.isActive):
            raise
        return 0


def _clean_up(talk: Talk, uuid: UUID, fault: DriverError) -> None:
    try:
        remove(talk, uuid)
    except DriverError as second:
        raise Leftover(detail=f"network {uuid}: {second.detail}") from fault
