"""Connections to the screens of a KVM host's guests.

A guest of a host on this machine listens nowhere: libvirt hands us one end of a socket whose other end it has given to
the guest's VNC server. Where libvirt is on another machine no socket can be handed over, so the VNC server listens on
an address of that host, and lets in whoever knows a password that is made for one connection and soon runs out.
"""

from __future__ import annotations

import secrets
import socket
import string
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from cloudportal.drivers.errors import Refused, Unreachable, Unsupported, WrongCredentials
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.uris import LOCAL
from cloudportal.drivers.settings import Setting
from compute.drivers import rfb
from compute.drivers.kvm.addresses import address_fault

# Long enough for a slow host and clocks that differ a little, too short to be of use to anybody else.
PASSWORD_SECONDS = 60
# Somebody else who connects to the same guest replaces the password before we have used ours.
TRIES = 3
NO_SCREEN = "This instance was started without a screen. Stop it and start it again, then open its console."

ADDRESS = Setting(
    name="console_address",
    label="Console address",
    kind="text",
    scope="host",
    check=address_fault,
    help=(
        "The IP address on which the host's guests offer their screens to the portal, for hosts on other machines: "
        "one that only the portal reaches. Leave it empty for a host on this machine, where guests then listen "
        "nowhere. It counts for guests that are started from now on."
    ),
)


def open_console(talk: Talk, domain: Any, uri: str) -> socket.socket:
    """A connection on which the guest's VNC server has let us in; see the contract."""
    graphics = _graphics(talk, domain)
    listen = graphics.find("listen")
    if listen is None or listen.get("type") == "none":
        return _handed_over(talk, domain, uri)
    return _connected(talk, domain, graphics, listen.get("address", ""))


def _graphics(talk: Talk, domain: Any) -> Element:
    if not talk.look(domain.isActive):
        raise Refused("The instance is switched off, so it has no screen. Start it first.")
    found = xml.read(talk.look(domain.XMLDesc, 0)).find("devices/graphics[@type='vnc']")
    if found is None:
        raise Refused(NO_SCREEN, detail="the guest has no VNC server")
    return found


def _handed_over(talk: Talk, domain: Any, uri: str) -> socket.socket:
    if urlsplit(uri).scheme not in LOCAL:
        raise Unsupported(
            "The host of this instance is not set up for consoles. Ask an operator to give the host a console "
            "address; then stop the instance and start it again.",
            detail="libvirt hands over sockets on its own machine only, and the host has no console address",
        )
    # Whoever may ask libvirt this may do anything with the guest, so the VNC server need not ask for a password too.
    flags = library().VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH
    connection = socket.socket(fileno=talk.act(domain.openGraphicsFD, 0, flags))
    return _entered(talk, connection, "")


def _connected(talk: Talk, domain: Any, graphics: Element, address: str) -> socket.socket:
    where = (address, int(graphics.get("port", "0")))
    for _ in range(TRIES - 1):
        try:
            return _try(talk, domain, graphics, where)
        except WrongCredentials:
            continue
    return _try(talk, domain, graphics, where)


def _try(talk: Talk, domain: Any, graphics: Element, where: tuple[str, int]) -> socket.socket:
    password = "".join(
        secrets.choice(string.ascii_letters + string.digits) for _ in range(rfb.PASSWORD_CHARACTERS)
    )
    valid_to = datetime.now(UTC) + timedelta(seconds=PASSWORD_SECONDS)
    graphics.set("passwd", password)
    graphics.set("passwdValidTo", valid_to.strftime("%Y-%m-%dT%H:%M:%S"))
    # The running guest alone: what is defined stays "nobody may", and so is the guest after its next start.
    talk.act(domain.updateDeviceFlags, xml.write(graphics), library().VIR_DOMAIN_AFFECT_LIVE)
    try:
        connection = socket.create_connection(where, timeout=talk.deadline.remaining_seconds())
    except OSError as error:
        raise Unreachable(
            "The instance's screen cannot be reached on its host. Try again; if it lasts, tell the operators.",
            detail=f"{where[0]} port {where[1]}: {error.strerror}",
        ) from error
    return _entered(talk, connection, password)


def _entered(talk: Talk, connection: socket.socket, password: str) -> socket.socket:
    try:
        rfb.enter(connection, password, timeout_seconds=talk.deadline.remaining_seconds())
    except BaseException:
        connection.close()
        raise
    connection.settimeout(None)
    return connection
