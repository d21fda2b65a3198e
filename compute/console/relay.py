"""Bytes between a viewer's websocket and a guest's screen, until one side or one of our rules ends it.

Neither side can make us keep more than one piece at a time: we read from one only when the other has taken the last.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from socket import socket
from typing import Any

from compute.console.greeting import Greeting
from compute.console.messages import TEXT_LIMIT_BYTES, Broken, Viewer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PIECE_BYTES = 64 * 1024
# The longest that a viewer sends at once: a pasted text with its head.
FRAME_LIMIT_BYTES = TEXT_LIMIT_BYTES + 1024
# A reason may have 123 bytes (RFC 6455, section 5.5).
REASON_BYTES = 123


@dataclass(frozen=True)
class Ending:
    """How a connection ends: a code for the page's script, and a sentence for people."""

    code: int
    reason: str


GONE = Ending(4000, "The instance was switched off or restarted.")
NOT_ALLOWED = 4001
IDLE = Ending(4002, "Nobody used the console for a while.")
TOO_LONG = Ending(4003, "The console was open for as long as one may be.")
NO_SCREEN = 4004
BROKEN = Ending(4005, "The viewer sent something that is not allowed.")
LEFT = Ending(1000, "")


@dataclass(frozen=True)
class Terms:
    """How long a connection may last: without a person's hand on it, altogether, and between two looks at whether it
    still may go on.
    """

    idle_seconds: float
    most_seconds: float
    look_seconds: float = 5.0


class Relay:
    """One viewer at one guest's screen. `why_not` gives a sentence once it must end."""

    def __init__(
        self, receive: Receive, send: Send, terms: Terms, why_not: Callable[[], Awaitable[str]]
    ) -> None:
        self._receive = receive
        self._send = send
        self._terms = terms
        self._why_not = why_not
        self._touched_at = self._began_at = time.monotonic()

    async def run(self, screen: socket) -> Ending:
        """How it ended. The socket is closed then."""
        screen.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=screen, limit=PIECE_BYTES)
        try:
            return await self._first_of(self._to_guest(writer), self._to_viewer(reader), self._watch())
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _first_of(self, *ways: Awaitable[Ending]) -> Ending:
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task.result() for task in tasks if task in done)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _to_guest(self, writer: asyncio.StreamWriter) -> Ending:
        greeting, viewer = Greeting(), Viewer()
        await self._tell(greeting.begin())
        while True:
            try:
                data = await self._hear()
                if data is None:
                    return LEFT
                if not greeting.is_done:
                    answer, data = greeting.feed(data)
                    await self._tell(answer)
                whole, by_person = viewer.feed(data)
            except Broken:
                return BROKEN
            if by_person:
                self._touched_at = time.monotonic()
            try:
                writer.write(whole)
                await writer.drain()
            except OSError:
                return GONE

    async def _to_viewer(self, reader: asyncio.StreamReader) -> Ending:
        while True:
            try:
                data = await reader.read(PIECE_BYTES)
            except OSError:
                return GONE
            if not data:
                return GONE
            await self._tell(data)

    async def _watch(self) -> Ending:
        while True:
            await asyncio.sleep(self._terms.look_seconds)
            now = time.monotonic()
            if now - self._began_at >= self._terms.most_seconds:
                return TOO_LONG
            if now - self._touched_at >= self._terms.idle_seconds:
                return IDLE
            reason = await self._why_not()
            if reason:
                return Ending(NOT_ALLOWED, reason)

    async def _hear(self) -> bytes | None:
        """What the viewer sends next; None once it has left. Raises Broken for text and for too much at once."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return None
        data: bytes | None = message.get("bytes")
        if data is None or len(data) > FRAME_LIMIT_BYTES:
            raise Broken("not a binary message of a viewer's size")
        return data

    async def _tell(self, data: bytes) -> None:
        if data:
            await self._send({"type": "websocket.send", "bytes": data})


def as_reason(sentence: str) -> str:
    """As many of the sentences as the end of a websocket may say, or the beginning of the first."""
    if len(sentence.encode()) <= REASON_BYTES:
        return sentence
    begun = sentence.encode()[: REASON_BYTES - 3].decode(errors="ignore")
    whole, found, _ = begun.rpartition(". ")
    return f"{whole}." if found else f"{begun}…"
