"""The pool itself: made, found and measured."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import NotThere, Refused
from cloudportal.drivers.libvirtd import pools
from cloudportal.drivers.libvirtd.link import Talk
from storage.drivers.contract import PoolFacts, PoolSpec

NAME_TAKEN = "The host has another pool of that name already. Choose another name."


def ensure(talk: Talk, spec: PoolSpec, *, name: str, path: str) -> PoolFacts:
    """The pool exists under that name at that path and is active; Refused when the name is another pool's."""
    demand_not_anothers(talk, spec, name)
    return facts_of(talk, pools.ensure_directory_pool(talk, spec.uuid, name, path))


def demand_not_anothers(talk: Talk, spec: PoolSpec, name: str, sentence: str = NAME_TAKEN) -> None:
    """Return when the host has no pool of that name, or this one; else Refused."""
    known = find(talk, name)
    if known is not None and talk.look(known.UUIDString) != str(spec.uuid):
        raise Refused(sentence, detail=f"pool {name} is {talk.look(known.UUIDString)}")


def find(talk: Talk, name: str) -> Any:
    """libvirt's handle of the pool, or None."""
    try:
        return talk.look(talk.connection.storagePoolLookupByName, name)
    except NotThere:
        return None


def active(talk: Talk, name: str) -> Any:
    """libvirt's handle of the pool, which is made active when it is not (a host that was restarted); or
    NotThere.
    """
    found = talk.look(talk.connection.storagePoolLookupByName, name)
    pools.activate(talk, found)
    return found


def facts_of(talk: Talk, found: Any) -> PoolFacts:
    """The pool with fresh figures."""
    pools.refresh(talk, found)
    _, capacity_bytes, used_bytes, available_bytes = talk.look(found.info)
    return PoolFacts(
        uuid=UUID(talk.look(found.UUIDString)),
        name=talk.look(found.name),
        is_active=bool(talk.look(found.isActive)),
        capacity_bytes=capacity_bytes,
        used_bytes=used_bytes,
        available_bytes=available_bytes,
    )
