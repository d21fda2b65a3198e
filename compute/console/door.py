"""The console's websocket as an ASGI application (https://asgi.readthedocs.io/en/latest/specs/www.html#websocket).

It keeps nothing but open connections, so any number of it may run: tickets and rights are rows.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import Any, TypeVar
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
# Of one process. Each costs two sockets and about 200 KiB.
MOST_OPEN = 500
FULL = Ending(1013, "Too many consoles are open right now. Try again in a few minutes.")

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


class Consoles:
    """Answers websockets at the consoles' addresses, and no other request."""

    def __init__(self, *, terms: Callable[[], Terms] = _terms, most_open: int = MOST_OPEN) -> None:
        self._threads = Threads(
            ThreadPoolExecutor(4, "console-rows"), ThreadPoolExecutor(16, "console-hosts")
        )
        self._terms = terms
        self._most_open = most_open
        self._open = 0

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
        if self._open >= self._most_open:
            return FULL
        self._open += 1
        try:
            return await self._shown(admitted, receive, send)
        finally:
            self._open -= 1

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
