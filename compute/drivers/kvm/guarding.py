"""Network filters of a KVM host: defined, listed and removed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import NotThere
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.overtaking import have_done, outlast_races
from compute.drivers.guards import NicGuard
from compute.drivers.kvm.filters import filter_xml, nic_in


def ensure(talk: Talk, guards: Iterable[NicGuard]) -> None:
    """Each filter is as its guard, for NICs that run with it too; see the contract."""
    for guard in guards:
        text = filter_xml(guard)
        outlast_races(talk, lambda text=text: talk.act(talk.connection.nwfilterDefineXML, text))  # type: ignore[misc]


def guarded(talk: Talk) -> frozenset[UUID]:
    """The NICs that have a filter of ours on the host."""
    names = talk.look(talk.connection.listNWFilters)
    return frozenset(nic for nic in map(nic_in, names) if nic is not None)


def remove(talk: Talk, nics: Iterable[UUID]) -> None:
    """There is no filter for these NICs; see the contract."""
    for nic in nics:
        found = _find(talk, nic)
        if found is not None:
            with suppress(NotThere):
                have_done(talk, lambda nic=nic: _find(talk, nic) is None, found.undefine)  # type: ignore[misc]


def _find(talk: Talk, nic: UUID) -> Any:
    try:
        return talk.look(talk.connection.nwfilterLookupByUUIDString, str(nic))
    except NotThere:
        return None
