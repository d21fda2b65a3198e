"""The screens of simulated guests: a small RFB 3.8 server of their own, the same picture as a screenshot, and what they
said on their serial lines.

A simulated guest shows blocks of colour, one more for each key that it was sent. What really reached it is in the
world's log, so that another process can look.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

from cloudportal.drivers.simulated.world import SimulatedWorld
from compute.drivers import rfb
from compute.drivers.pictures import png

WIDTH, HEIGHT = 320, 200
BLOCK = 16
BACKGROUND = (24, 34, 52)
BLOCKS_IN_ROW = WIDTH // BLOCK
# How often a guest without a viewer's news looks whether it still is on.
LOOK_SECONDS = 0.2
HEADS = {0: 20, 3: 10, 4: 8, 5: 6}
SET_ENCODINGS, CUT_TEXT = 2, 6
KEY = "key:"
SAID = "said:"


def connect(world: SimulatedWorld, uuid: UUID) -> socket.socket:
    """One end of a connection whose other end the guest serves until it is off or the caller hangs up."""
    ours, theirs = socket.socketpair()
    threading.Thread(target=_serve, args=(world, uuid, theirs), name="simulated-screen", daemon=True).start()
    rfb.enter(ours, "", timeout_seconds=5)
    ours.settimeout(None)
    return ours


def picture(keys: int) -> bytes:
    """The screen of a guest that was sent so many keys, three bytes a point."""
    points = bytearray(bytes(BACKGROUND) * (WIDTH * HEIGHT))
    for number in range(min(keys + 1, BLOCKS_IN_ROW * (HEIGHT // BLOCK))):
        left, top = (number % BLOCKS_IN_ROW) * BLOCK, (number // BLOCKS_IN_ROW) * BLOCK
        colour = bytes((80 + number * 37 % 160, 120 + number * 59 % 120, 200 - number * 23 % 120))
        for row in range(top + 2, top + BLOCK - 2):
            start = (row * WIDTH + left + 2) * 3
            points[start : start + (BLOCK - 4) * 3] = colour * (BLOCK - 4)
    return bytes(points)


def screenshot(world: SimulatedWorld, uuid: UUID) -> bytes:
    """The same as a PNG."""
    return png(WIDTH, HEIGHT, picture(len(keys_of(world, uuid))))


def keys_of(world: SimulatedWorld, uuid: UUID) -> list[int]:
    """The keys that were pressed in the guest so far, as X11 key symbols."""
    found = world.effects(subject=uuid)
    return [int(one.detail.removeprefix(KEY)) for one in found if one.detail.startswith(KEY)]


def serial_lines(world: SimulatedWorld, uuid: UUID) -> Iterator[str]:
    """What the guest said on its serial line since it was started last."""
    lines: list[str] = []
    for one in world.effects(subject=uuid):
        if one.detail in ("on", "reset"):
            lines = ["simulated guest booting", "", "guest login: "]
        elif one.detail.startswith(SAID):
            lines.append(one.detail.removeprefix(SAID))
    return iter(lines)


def _serve(world: SimulatedWorld, uuid: UUID, connection: socket.socket) -> None:
    with suppress(OSError, EOFError, struct.error), connection:
        _Screen(world, uuid, connection).serve()


class _Screen:
    """One viewer's connection."""

    def __init__(self, world: SimulatedWorld, uuid: UUID, connection: socket.socket) -> None:
        self._world = world
        self._uuid = uuid
        self._connection = connection
        self._shown = -1
        self._is_asked = False
        # As a client's SetPixelFormat says; before one, red is the third of four bytes.
        self._shifts = (16, 8, 0)

    def serve(self) -> None:
        """Returns when the guest is off; raises EOFError or OSError when the viewer hangs up."""
        self._greet()
        while self._is_on():
            readable, _, _ = select.select([self._connection], [], [], LOOK_SECONDS)
            if readable:
                self._heed(self._read(1)[0])
            self._show()

    def _greet(self) -> None:
        self._connection.sendall(rfb.VERSION)
        self._read(len(rfb.VERSION))
        self._connection.sendall(bytes([1, rfb.SECURITY_NONE]))
        self._read(1)
        self._connection.sendall(rfb.ACCEPTED)
        self._read(1)
        name = b"simulated guest"
        points = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, *self._shifts)
        self._connection.sendall(struct.pack(">HH", WIDTH, HEIGHT) + points)
        self._connection.sendall(struct.pack(">I", len(name)) + name)

    def _heed(self, kind: int) -> None:
        if kind == SET_ENCODINGS:
            self._read(int.from_bytes(self._read(3)[1:], "big") * 4)
            return
        if kind == CUT_TEXT:
            self._read(int.from_bytes(self._read(7)[3:], "big"))
            return
        if kind not in HEADS:
            raise EOFError
        rest = self._read(HEADS[kind] - 1)
        if kind == 0:
            self._shifts = (rest[13], rest[14], rest[15])
        elif kind == 3:
            self._is_asked = True
            self._shown = self._shown if rest[0] else -1
        elif kind == 4 and rest[0]:
            self._record(f"{KEY}{int.from_bytes(rest[3:], 'big')}")

    def _show(self) -> None:
        keys = len(keys_of(self._world, self._uuid))
        if not self._is_asked or keys == self._shown:
            return
        self._is_asked, self._shown = False, keys
        rgb = picture(keys)
        points = bytearray(WIDTH * HEIGHT * 4)
        for colour, shift in enumerate(self._shifts):
            points[shift // 8 :: 4] = rgb[colour::3]
        head = struct.pack(">BxHHHHHi", 0, 1, 0, 0, WIDTH, HEIGHT, 0)
        self._connection.sendall(head + points)

    def _is_on(self) -> bool:
        with self._world.tampering("look") as scene:
            row = scene.row("SELECT power FROM guests WHERE uuid = ?", str(self._uuid))
        return row is not None and row["power"] != "off"

    def _record(self, detail: str) -> None:
        with self._world.tampering("screen") as scene:
            scene.record(self._uuid, detail)

    def _read(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self._connection.recv(size - len(got))
            if not more:
                raise EOFError
            got += more
        return got
