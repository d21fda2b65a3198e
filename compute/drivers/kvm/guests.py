"""Guests of a KVM host: found, listed, made and removed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import DriverError, Leftover, NotThere, Refused
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.overtaking import have_done
from compute.drivers.facts import GuestFacts, Power, differences, hindrances
from compute.drivers.kvm import power, seeds
from compute.drivers.kvm.files import HostFiles
from compute.drivers.kvm.machine import guest_xml
from compute.drivers.kvm.reading import guest_facts, power_of
from compute.drivers.kvm.screens import Screens, log_names
from compute.drivers.seeds import seed_image
from compute.drivers.specs import GuestSpec


def find_domain(talk: Talk, uuid: UUID) -> Any:
    """libvirt's handle of a guest, or None."""
    try:
        return talk.look(talk.connection.lookupByUUIDString, str(uuid))
    except NotThere:
        return None


def domain(talk: Talk, uuid: UUID) -> Any:
    """libvirt's handle of a guest; raises NotThere."""
    return talk.look(talk.connection.lookupByUUIDString, str(uuid))


def facts_of(talk: Talk, found: Any) -> GuestFacts:
    """What libvirt says of a guest; raises NotThere when it has just gone."""
    return guest_facts(talk.look(found.XMLDesc, 0), power.power_now(talk, found))


def find_facts(talk: Talk, uuid: UUID) -> GuestFacts | None:
    """The guest, or None."""
    try:
        return facts_of(talk, domain(talk, uuid))
    except NotThere:
        return None


def list_guests(talk: Talk) -> tuple[GuestFacts, ...]:
    """All guests of the host: their states in one call, their shapes in one call each."""
    states = talk.look(talk.connection.getAllDomainStats, library().VIR_DOMAIN_STATS_STATE, 0)
    found = []
    for one, state in states:
        # A guest that went away since the first call is no guest any more.
        with suppress(NotThere):
            now = power_of(state["state.state"], state["state.reason"])
            found.append(guest_facts(talk.look(one.XMLDesc, 0), now))
    return tuple(sorted(found, key=lambda facts: facts.uuid))


def ensure_guest(
    talk: Talk, spec: GuestSpec, files: HostFiles, screens: Screens, acceleration: Callable[[], str]
) -> GuestFacts:
    """The guest is defined as the spec says; see the contract."""
    facts = find_facts(talk, spec.uuid)
    if facts is not None:
        if not differences(spec, facts):
            return facts
        if facts.power is not Power.OFF and not hindrances(spec, facts):
            return facts
        if facts.power is not Power.OFF:
            raise Refused(
                "The instance must be stopped before its shape can change.", detail=f"guest {spec.uuid}"
            )
    # Once without the seed first: what is wrong with the spec must be found before anything is sent.
    guest_xml(spec, "qemu", None, screens)
    kind = acceleration()
    try:
        seed_path = _put_seed(talk, spec, files)
        # The guest's serial log goes there as it starts, whether it has a seed or not.
        files.prepare(talk)
        wanted = guest_xml(spec, kind, seed_path, screens)
        return facts_of(talk, talk.act(talk.connection.defineXML, wanted))
    except DriverError as fault:
        if facts is None and not fault.is_retryable:
            _clean_up(talk, spec.uuid, files, fault)
        raise


def remove_guest(talk: Talk, uuid: UUID, files: HostFiles) -> None:
    """The guest and its files here are gone; see the contract."""
    found = find_domain(talk, uuid)
    if found is not None:
        with suppress(NotThere):
            # In this order: turned on by another caller in between, a guest without a definition still goes
            # with its end.
            have_done(talk, lambda: not talk.look(found.isPersistent), found.undefineFlags, _undefine_flags())
            power.cut(talk, found)
    # After the guest: while it is defined, it could be started and would miss its seed.
    files.remove(talk, seeds.file_name(uuid))
    files.remove_written(talk, log_names(uuid))


def _put_seed(talk: Talk, spec: GuestSpec, files: HostFiles) -> str | None:
    name = seeds.file_name(spec.uuid)
    if spec.guest_data is None:
        files.remove(talk, name)
        return None
    return files.put(talk, name, seed_image(spec.guest_data))


def _clean_up(talk: Talk, uuid: UUID, files: HostFiles, fault: DriverError) -> None:
    # Another caller may have made the same guest meanwhile; then the seed is that one's.
    if find_domain(talk, uuid) is not None:
        return
    try:
        files.remove(talk, seeds.file_name(uuid))
    except DriverError as second:
        raise Leftover(detail=f"{seeds.file_name(uuid)} in {files.directory}: {second.detail}") from fault


def _undefine_flags() -> int:
    flags = library()
    return int(
        flags.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
        | flags.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
        | flags.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
        | flags.VIR_DOMAIN_UNDEFINE_NVRAM
    )
