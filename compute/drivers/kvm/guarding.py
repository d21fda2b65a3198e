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
from compute.drivers.kvm.filters import content_digest, filter_xml, nic_in


def ensure(talk: Talk, guards: Iterable[NicGuard]) -> dict[UUID, str]:
    """Each filter is as its guard, for NICs that run with it too; see the contract."""
    digests = {}
    for guard in guards:
        text = filter_xml(guard)
        made = outlast_races(talk, lambda text=text: talk.act(talk.connection.nwfilterDefineXML, text))  # type: ignore[misc]
        digests[guard.uuid] = _digest(talk, made)
    return digests


def guarded(talk: Talk) -> dict[UUID, str]:
    """The NICs that have a filter of ours on the host, with the digests of these."""
    found = {}
    for one in talk.look(talk.connection.listAllNWFilters, 0):
        # One that went away since the list was made is no filter any more.
        with suppress(NotThere):
            nic = nic_in(talk.look(one.name))
            if nic is not None:
                found[nic] = _digest(talk, one)
    return found


def _digest(talk: Talk, found: Any) -> str:
    return content_digest(talk.look(found.XMLDesc, 0))


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
