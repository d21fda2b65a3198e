"""Somebody who looks at a guest's screen over RFB, without a browser."""

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    width: int
    height: int
    name: str


def read(connection, size):
    got = b""
    while len(got) < size:
        more = connection.recv(size - len(got))
        assert more, "the other side hung up"
        got += more
    return got


def init(connection):
    """Everything from ClientInit (shared) to the end of ServerInit."""
    connection.settimeout(5)
    connection.sendall(b"\1")
    width, height = struct.unpack(">HH", read(connection, 4))
    read(connection, 16)
    (length,) = struct.unpack(">I", read(connection, 4))
    return Screen(width, height, read(connection, length).decode())


def key(symbol):
    """Pressing and letting go of a key, by its X11 symbol."""
    return struct.pack(">BBxxI", 4, 1, symbol) + struct.pack(">BBxxI", 4, 0, symbol)


def update_request(width=8, height=8, *, incremental=False):
    return struct.pack(">BBHHHH", 3, int(incremental), 0, 0, width, height)


def read_to_the_end(connection, *, timeout_seconds):
    """True when the other side hangs up in time."""
    connection.settimeout(timeout_seconds)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True
