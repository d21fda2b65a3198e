"""The portal's ASGI server in this process, and those who knock at its consoles."""

import threading
import time
from contextlib import contextmanager, suppress

import uvicorn
from django.conf import settings
from django.test import Client
from websockets.sync.client import connect

from cloudportal import asgi
from compute.console.door import Consoles, Room
from compute.console.relay import Terms
from compute.services.instances import consoles
from tests.support import viewers

LOOK_SECONDS = 0.1


class ConsoleServer:
    """`url` is the portal; pages and consoles are there."""

    def __init__(self, port):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def path(self, instance):
        return consoles.socket_path(instance.uuid)

    def knock(self, instance, token, *, origin="", cookie=None, protocols=None, headers=None):
        """A websocket, as a browser with this cookie and origin (None for a program) opens it."""
        sent = dict(headers or {})
        if cookie:
            sent["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={cookie}"
        return connect(
            f"ws://127.0.0.1:{self.port}{self.path(instance)}",
            subprotocols=protocols or ["binary", f"ticket.{token}"],
            origin=self.url if origin == "" else origin,
            additional_headers=sent,
            open_timeout=10,
        )


@contextmanager
def serving(*, idle_seconds=60, most_seconds=600, **room):
    """The server, with terms that tests can wait for."""
    terms = Terms(idle_seconds=idle_seconds, most_seconds=most_seconds, look_seconds=LOOK_SECONDS)
    doors = Consoles(terms=lambda: terms, room=Room(**{"most": 10, **room}))

    async def application(scope, receive, send):
        handler = doors if scope["type"] == "websocket" else asgi.application
        await handler(scope, receive, send)

    options = {"ws": "websockets-sansio", "lifespan": "off", "log_config": None, "proxy_headers": False}
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield ConsoleServer(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(10)


def session_of(user):
    """The session's key of a user who has just signed in."""
    client = Client()
    client.force_login(user, backend="tenants.authentication.LocalPasswords")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class OverWebsocket:
    """A websocket as a socket with the calls that a viewer needs."""

    def __init__(self, websocket):
        self._websocket = websocket
        self._kept = b""

    def settimeout(self, seconds):
        self._seconds = seconds

    def sendall(self, content):
        self._websocket.send(content)

    def recv(self, size):
        if not self._kept:
            self._kept = self._websocket.recv(timeout=5)
        got, self._kept = self._kept[:size], self._kept[size:]
        return got


def greet(websocket):
    """Everything up to ServerInit, as noVNC does it: no password is asked. Gives the screen."""
    line = OverWebsocket(websocket)
    assert viewers.read(line, 12) == b"RFB 003.008\n"
    line.sendall(b"RFB 003.008\n")
    assert viewers.read(line, 2) == b"\1\1"
    line.sendall(b"\1")
    assert viewers.read(line, 4) == bytes(4)
    return viewers.init(line)


def ending(websocket):
    """The code and the reason with which the other side ends, whatever it still says before."""
    with suppress(Exception):
        while True:
            websocket.recv(timeout=10)
    return websocket.close_code, websocket.close_reason
