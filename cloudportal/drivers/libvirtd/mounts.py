"""Shares of NFS servers as pools of a host: mounted, left, and what goes wrong with them said in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import (
    Busy,
    DriverError,
    NotThere,
    OutcomeUnknown,
    Refused,
    Unreachable,
    Unsupported,
)
from cloudportal.drivers.libvirtd import pools
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.shares import Share, options_in, pool_xml

SERVER_SILENT = (
    "The storage pool's NFS server cannot be reached from the host, so nothing was changed. We try again by "
    "ourselves; if it lasts, an operator must look at the server, its address and the network between."
)
EXPORT_REFUSED = (
    "The NFS server does not give the host what the storage pool is to lie in, so nothing was changed. An operator "
    "must export that directory to the host, or correct its path, and then reconnect the pool."
)
HELPER_MISSING = (
    "The host cannot mount NFS, so nothing was changed. An operator must install its NFS client there (nfs-common on "
    "Debian and Ubuntu, nfs-utils elsewhere), and then reconnect the pool."
)
OPTIONS_REFUSED = (
    "The host or the NFS server does not support the storage pool's mount options, so nothing was changed. An "
    "operator must correct them, and then reconnect the pool."
)
STALE = (
    "What the host has mounted is no longer what the NFS server exports (a stale mount), so nothing was changed. We "
    "mount it again by ourselves once no instance of the host has it open; if it lasts, an operator must stop those."
)
STILL_USED = (
    "Instances of the host still use the share from where it was mounted before, so it was not mounted again. Stop "
    "them, or set the storage pool back as it was, and then reconnect the pool."
)
NO_ANSWER = (
    "The host or its storage pool's NFS server did not answer in time, so we cannot tell whether this was done. We "
    "are checking; if it lasts, an operator must look at both."
)
# What mount(8), mount.nfs(8), umount(8) and the kernel say. Order matters: mount names a missing helper as a guess
# beside other faults.
FAULTS: tuple[tuple[tuple[str, ...], type[DriverError], str], ...] = (
    (("Stale file handle",), Busy, STALE),
    (("target is busy", "device is busy", "Device or resource busy"), Refused, STILL_USED),
    (
        ("access denied by server", "Operation not permitted", "reason given by server"),
        Refused,
        EXPORT_REFUSED,
    ),
    (
        (
            "Connection refused",
            "Connection timed out",
            "No route to host",
            "Network is unreachable",
            "Host is down",
            "Failed to resolve server",
            "Name or service not known",
            "Unable to receive",
            "Program not registered",
            "Port mapper failure",
        ),
        Unreachable,
        SERVER_SILENT,
    ),
    (("helper program", "unknown filesystem type", "No such device"), Unsupported, HELPER_MISSING),
    (
        (
            "not supported",
            "incorrect mount option",
            "an incorrect mount option",
            "bad option",
            "Invalid argument",
        ),
        Refused,
        OPTIONS_REFUSED,
    ),
)


def ensure_shared_pool(talk: Talk, uuid: UUID, name: str, share: Share) -> Any:
    """The share is mounted under the pool's id, active under that id and name, and mounted again with the host.

    A mount of another share under that id is taken away first: Refused while guests use it. New options count from
    the next mount on.
    """
    pool = pools.find_pool(talk, uuid)
    if pool is not None and talk.look(pool.name) != name:
        pools.leave(talk, pool)
        pool = None
    if pool is None:
        return _made(talk, uuid, name, share)
    if _options_of(talk, pool) != share.mount_options:
        pool = _defined(talk, uuid, name, share)
    pools.keep_active(talk, pool)
    return pool


@contextmanager
def told() -> Iterator[None]:
    """Faults that come out of here say what is wrong with the share, where that can be known."""
    try:
        yield
    except OutcomeUnknown as fault:
        raise OutcomeUnknown(NO_ANSWER, detail=fault.detail) from fault
    except DriverError as fault:
        known = _fault_of_share(fault)
        if known is None:
            raise
        raise known from fault


def _made(talk: Talk, uuid: UUID, name: str, share: Share) -> Any:
    pool = _defined(talk, uuid, name, share)
    try:
        pools.keep_active(talk, pool)
    except DriverError as fault:
        # A pool that never was must not keep the share from another. Where nobody answers, the next call finds it.
        if not isinstance(fault, OutcomeUnknown):
            with suppress(DriverError):
                pools.leave(talk, pool)
        raise
    return pool


def _defined(talk: Talk, uuid: UUID, name: str, share: Share) -> Any:
    return talk.act(talk.connection.storagePoolDefineXML, pool_xml(uuid, name, share), 0)


def _options_of(talk: Talk, pool: Any) -> tuple[str, ...]:
    return options_in(talk.look(pool.XMLDesc, library().VIR_STORAGE_XML_INACTIVE))


def _fault_of_share(fault: DriverError) -> DriverError | None:
    # What the portal itself found, or libvirt told by its code, is known better than by words.
    if fault.sentence != fault.default_sentence or not isinstance(fault, Refused | NotThere):
        return None
    for words, kind, sentence in FAULTS:
        if any(one in fault.detail for one in words):
            return kind(sentence, detail=fault.detail)
    return None
