"""Directory pools of libvirt and the files in them: made, found, sent and removed without touching the host's
disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from cloudportal.drivers.errors import Busy, DriverError, NotThere, OutcomeUnknown, Refused
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.faults import Code, is_code
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.overtaking import have_done, wait_while_busy

# libvirt carries at most 262,120 bytes of a stream in one message (virnetprotocol.x).
CHUNK_BYTES = 256 * 1024
# What libvirt says of a file that is there already, before and while it makes its own.
EXISTS_WORDS = ("already exists", "File exists")


def find_pool(talk: Talk, uuid: UUID) -> Any:
    """The pool of that id, or None."""
    try:
        return talk.look(talk.connection.storagePoolLookupByUUIDString, str(uuid))
    except NotThere:
        return None


def ensure_directory_pool(talk: Talk, uuid: UUID, name: str, path: str) -> Any:
    """The pool exists with that id and name at that path, is active and starts with the host.

    Raises Refused when the name or the path is another pool's.
    """
    pool = find_pool(talk, uuid)
    if pool is None:
        pool = talk.act(talk.connection.storagePoolDefineXML, _pool_xml(uuid, name, path), 0)
    elif path_of(talk, pool) != path:
        raise Refused(detail=f"pool {uuid} is there at another path")
    keep_active(talk, pool)
    return pool


def path_of(talk: Talk, pool: Any) -> str:
    """The directory of a pool."""
    return xml.read(talk.look(pool.XMLDesc, 0)).findtext("target/path", "")


def refresh(talk: Talk, pool: Any) -> None:
    """Let libvirt look at the directory again. While it makes a volume there it cannot, and what it knows
    must do.
    """
    with suppress(Busy):
        talk.act(pool.refresh, 0)


def find_volume(talk: Talk, pool: Any, name: str) -> Any:
    """The volume of that name, or None; looks at the directory again before saying that there is none."""
    volume = _known_volume(talk, pool, name)
    if volume is not None and _is_on_disk(talk, volume):
        return volume
    refresh(talk, pool)
    return _known_volume(talk, pool, name)


def make_volume(talk: Talk, pool: Any, description: str, *, flags: int = 0) -> Any:
    """A new volume, or None when there is one of that name already."""
    try:
        return talk.act(pool.createXML, description, flags)
    except Refused as fault:
        if is_code(fault.__cause__, Code.STORAGE_VOLUME_EXISTS) or _is_anothers(
            talk, pool, description, fault
        ):
            return None
        raise


def await_allocated(talk: Talk, volume: Any) -> None:
    """Return when another caller's making of the volume is over; raises Busy when it takes too long.

    libvirt tells only by refusing to open a volume that is being made.
    """
    wait_while_busy(talk, lambda: _open(talk, volume))


def remove_volume(talk: Talk, pool: Any, name: str) -> None:
    """There is no volume of that name."""
    volume = find_volume(talk, pool, name)
    if volume is None:
        return
    try:
        talk.act(volume.delete, 0)
    except (NotThere, Refused) as fault:
        refresh(talk, pool)
        if _known_volume(talk, pool, name) is not None:
            raise fault


def send(talk: Talk, volume: Any, source: BinaryIO, size_bytes: int) -> None:
    """Write that many bytes of the source to the beginning of the volume, through libvirt."""
    stream = talk.look(talk.connection.newStream, 0)
    try:
        talk.act(volume.upload, stream, 0, size_bytes, 0)
        for chunk in _chunks(source, size_bytes):
            _send_whole(talk, stream, chunk)
        talk.act(stream.finish)
    except DriverError as fault:
        _abort(talk, stream, fault)
        raise


def receive(talk: Talk, volume: Any, size_bytes: int, *, offset_bytes: int = 0) -> Iterator[bytes]:
    """That many bytes of the volume, from its beginning or from an offset, through libvirt."""
    stream = talk.look(talk.connection.newStream, 0)
    try:
        talk.look(volume.download, stream, offset_bytes, size_bytes, 0)
        while chunk := talk.look(stream.recv, CHUNK_BYTES):
            yield chunk
        talk.look(stream.finish)
    except DriverError as fault:
        _abort(talk, stream, fault)
        raise


def raw_volume_xml(name: str, size_bytes: int, *, mode: str | None = None) -> str:
    """A file without a format of its own."""
    root = xml.element("volume")
    xml.child(root, "name", text=name)
    xml.child(root, "capacity", {"unit": "bytes"}, str(size_bytes))
    xml.child(root, "allocation", {"unit": "bytes"}, "0")
    target = xml.child(root, "target")
    xml.child(target, "format", {"type": "raw"})
    if mode is not None:
        xml.child(xml.child(target, "permissions"), "mode", text=mode)
    return xml.write(root)


def _pool_xml(uuid: UUID, name: str, path: str) -> str:
    root = xml.element("pool", {"type": "dir"})
    xml.child(root, "name", text=name)
    xml.child(root, "uuid", text=str(uuid))
    xml.child(xml.child(root, "target"), "path", text=path)
    return xml.write(root)


def activate(talk: Talk, pool: Any) -> None:
    """The pool's directory exists and the pool is active."""
    for step in (pool.build, pool.create):
        # Mounting takes a while; whoever comes meanwhile is told that the pool is busy.
        wait_while_busy(talk, partial(have_done, talk, lambda: bool(talk.look(pool.isActive)), step, 0))


def keep_active(talk: Talk, pool: Any) -> None:
    """The pool is active, now and whenever its host has started."""
    activate(talk, pool)
    have_done(talk, lambda: bool(talk.look(pool.autostart)), pool.setAutostart, 1)


def leave(talk: Talk, pool: Any) -> None:
    """The host does not know the pool any more, and has it mounted no more; what is in it stays."""
    with suppress(NotThere):
        have_done(talk, lambda: not talk.look(pool.isActive), pool.destroy)
        talk.act(pool.undefine)


def _is_anothers(talk: Talk, pool: Any, description: str, fault: Refused) -> bool:
    """True where another host of the pool has made the volume: this one finds a file that it does not know yet."""
    if not any(words in fault.detail for words in EXISTS_WORDS):
        return False
    refresh(talk, pool)
    return _known_volume(talk, pool, xml.read(description).findtext("name", "")) is not None


def _known_volume(talk: Talk, pool: Any, name: str) -> Any:
    try:
        return talk.look(pool.storageVolLookupByName, name)
    except NotThere:
        return None


def _is_on_disk(talk: Talk, volume: Any) -> bool:
    try:
        talk.look(volume.info)
    except (NotThere, Refused):
        return False
    return True


def _open(talk: Talk, volume: Any) -> None:
    stream = talk.look(talk.connection.newStream, 0)
    talk.look(volume.download, stream, 0, 1, 0)
    talk.look(stream.abort)


def _chunks(source: BinaryIO, size_bytes: int) -> Iterator[bytes]:
    left = size_bytes
    while left > 0:
        chunk = source.read(min(CHUNK_BYTES, left))
        if not chunk:
            raise Refused(detail=f"the source ended {left} bytes too early")
        left -= len(chunk)
        yield chunk


def _send_whole(talk: Talk, stream: Any, chunk: bytes) -> None:
    sent = 0
    while sent < len(chunk):
        sent += talk.act(stream.send, chunk[sent:])


def _abort(talk: Talk, stream: Any, fault: DriverError) -> None:
    if isinstance(fault, OutcomeUnknown):
        # The connection was dropped with the stream; another call on it could only hang.
        return
    # What went wrong before may have closed the stream already, and is what the caller must hear of.
    with suppress(DriverError):
        talk.look(stream.abort)
