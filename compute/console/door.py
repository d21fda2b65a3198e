"""The console's websocket as an ASGI application (https://asgi.readthedocs.io/en/latest/specs/www.html#websocket).

It keeps nothing but open connections, so any number of it may run: tickets and rights are rows.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import Any, NamedTuple, Self, TypeVar
from uuid import UUID

from django.db import close_old_connections

from cloudportal.core.errors import PortalError
from cloudportal.drivers.errors import DriverError
from compute.configuration import CONSOLE_IDLE, CONSOLE_LONGEST
from compute.console import gate
from compute.console.gate import PROTOCOL, Admitted
from compute.console.relay import (
    NO_SCREEN,
    Ending,
    Message,
    Receive,
    Relay,
    Send,
    Terms,
    as_reason,
)
from tenants.queries import settings_value

PATH = re.compile(r"/instances/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/console/socket")
TOO_MANY = 1013  # "Try again later": https://www.iana.org/assignments/websocket/websocket.xhtml

T = TypeVar("T")
logger = logging.getLogger(__name__)


def _terms() -> Terms:
    return Terms(
        idle_seconds=settings_value(CONSOLE_IDLE.name), most_seconds=settings_value(CONSOLE_LONGEST.name)
    )


@dataclass(frozen=True)
class Threads:
    """Where the calls run that block: on rows, and on hosts, where one that is silent keeps a thread for seconds."""

    rows: Executor
    hosts: Executor


class Places(NamedTuple):
    """Where an open console counts."""

    all: str
    user: str
    instance: str

    @classmethod
    def of(cls, admitted: Admitted) -> Self:
        """Those of a connection that was let in."""
        ticket = admitted.ticket
        return cls("all", f"user:{ticket.user_id}", f"instance:{ticket.instance_id}")


@dataclass(frozen=True, kw_only=True)
class Room:
    """How many consoles one process has open at once: of all, of one user, and of one instance, so that nobody can take
    the room of everybody. Each costs two sockets and about 200 KiB.
    """

    most: int = 500
    most_of_user: int = 20
    most_of_instance: int = 8

    def refusal(self, taken: Counter[str], places: Places) -> Ending | None:
        """Why one more console at these places cannot be opened beside those that are, or None."""
        if taken[places.user] >= self.most_of_user:
            return Ending(
                TOO_MANY, f"You have {self.most_of_user} consoles open, which is the most. Close one first."
            )
        if taken[places.instance] >= self.most_of_instance:
            return Ending(
                TOO_MANY,
                f"This instance has {self.most_of_instance} consoles open, which is the most. Close one first.",
            )
        if taken[places.all] >= self.most:
            return Ending(TOO_MANY, "Too many consoles are open right now. Try again in a few minutes.")
        return None


class Consoles:
    """Answers websockets at the consoles' addresses, and no other request."""

    def __init__(self, *, terms: Callable[[], Terms] = _terms, room: Room | None = None) -> None:
        self._threads = Threads(
            ThreadPoolExecutor(4, "console-rows"), ThreadPoolExecutor(16, "console-hosts")
        )
        self._terms = terms
        self._room = room or Room()
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One connection, from its request to its end."""
        if scope["type"] != "websocket":
            await _refuse_request(scope, send)
            return
        await receive()
        admitted = await self._admitted(scope)
        if admitted is None:
            # Before it is accepted: the server answers 403, alike for whatever reason.
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        ending = await self._ended(admitted, receive, send)
        await send({"type": "websocket.close", "code": ending.code, "reason": as_reason(ending.reason)})

    async def _admitted(self, scope: Message) -> Admitted | None:
        named = PATH.fullmatch(scope["path"])
        if named is None:
            return None
        try:
            return await self._in_thread(self._threads.rows, gate.admit, scope, UUID(named[1]))
        except PortalError as refusal:
            logger.info("console refused: %s", refusal.code)
            return None

    async def _ended(self, admitted: Admitted, receive: Receive, send: Send) -> Ending:
        places = Places.of(admitted)
        # Nothing is awaited between the look and the count, so no two take the last place.
        full = self._room.refusal(self._open, places)
        if full is not None:
            return full
        self._open.update(places)
        try:
            return await self._shown(admitted, receive, send)
        finally:
            self._open.subtract(places)
            self._open += Counter()  # forgets those of whom none is left

    async def _shown(self, admitted: Admitted, receive: Receive, send: Send) -> Ending:
        try:
            screen: socket = await self._in_thread(self._threads.hosts, gate.connect, admitted)
        except (PortalError, DriverError) as fault:
            return Ending(NO_SCREEN, gate.sentence_of(fault))
        terms = await self._in_thread(self._threads.rows, self._terms)
        ask = partial(self._in_thread, self._threads.rows, gate.why_not, admitted)
        return await Relay(receive, send, terms, ask).run(screen)

    async def _in_thread(self, threads: Executor, function: Callable[..., T], *arguments: Any) -> T:
        def called() -> T:
            close_old_connections()
            try:
                return function(*arguments)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(threads, called)


async def _refuse_request(scope: Message, send: Send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body"})
