"""libvirt's error codes as the portal's faults, by table.

The numbers are those of libvirt's virterror.h, written out so that the table can be read without the library.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from cloudportal.drivers.errors import (
    Busy,
    DriverError,
    NotThere,
    OutcomeUnknown,
    Refused,
    Unreachable,
    Unsupported,
    WrongCredentials,
)


class Source(IntEnum):
    """The part of libvirt that an error comes from."""

    RPC = 7
    REMOTE = 13


class Code(IntEnum):
    """The errors that the table, or a driver, tells apart."""

    NO_SUPPORT = 3
    NO_CONNECT = 5
    INVALID_CONNECTION = 6
    SYSTEM_ERROR = 38
    RPC = 39
    GNUTLS_ERROR = 40
    NO_DOMAIN = 42
    NO_NETWORK = 43
    AUTH_FAILED = 45
    NO_STORAGE_POOL = 49
    NO_STORAGE_VOLUME = 50
    OPERATION_INVALID = 55
    NO_NWFILTER = 62
    CONFIG_UNSUPPORTED = 67
    OPERATION_TIMEOUT = 68
    ARGUMENT_UNSUPPORTED = 74
    AUTH_CANCELLED = 79
    OPERATION_UNSUPPORTED = 84
    SSH = 85
    AGENT_UNRESPONSIVE = 86
    RESOURCE_BUSY = 87
    ACCESS_DENIED = 88
    STORAGE_VOLUME_EXISTS = 90
    AUTH_UNAVAILABLE = 94
    AGENT_UNSYNCED = 97
    LIBSSH = 98


FAULTS: Mapping[int, type[DriverError]] = {
    Code.NO_DOMAIN: NotThere,
    Code.NO_NETWORK: NotThere,
    Code.NO_STORAGE_POOL: NotThere,
    Code.NO_STORAGE_VOLUME: NotThere,
    Code.NO_NWFILTER: NotThere,
    Code.AUTH_FAILED: WrongCredentials,
    Code.AUTH_CANCELLED: WrongCredentials,
    Code.AUTH_UNAVAILABLE: WrongCredentials,
    Code.ACCESS_DENIED: WrongCredentials,
    # Another call holds the guest's lock for longer than libvirt waits for it.
    Code.OPERATION_TIMEOUT: Busy,
    Code.RESOURCE_BUSY: Busy,
    Code.NO_SUPPORT: Unsupported,
    Code.OPERATION_UNSUPPORTED: Unsupported,
    Code.ARGUMENT_UNSUPPORTED: Unsupported,
    # "this QEMU cannot give a guest that many CPUs" and its like: the wish is refused, not the ability.
    Code.CONFIG_UNSUPPORTED: Refused,
}

LOST: frozenset[int] = frozenset(
    {Code.NO_CONNECT, Code.INVALID_CONNECTION, Code.RPC, Code.GNUTLS_ERROR, Code.SSH, Code.LIBSSH}
)
# An ssh or TLS peer that refuses, or is refused, says so only in its text.
REFUSAL_WORDS = ("Permission denied", "Host key verification failed", "authentication failed", "certificate")
# What libvirt calls an invalid operation, or an internal error, is another caller's work that will
# end.
BUSY_WORDS = (
    "still being allocated",
    "still in use",
    "asynchronous jobs running",
    "already being removed",
    # Changes of the host's packet filter race: ebtables gives up when another program, or libvirt's own networks,
    # changed a table meanwhile. libvirt takes back what it had applied.
    "Failed to apply firewall rules",
    # The same, told of a NIC that gets another filter while it runs.
    "failed to add new filter rules",
    "is starting up",
)


def is_connection_lost(error: Any) -> bool:
    """Whether the error means that the connection itself is gone."""
    return error.get_error_domain() in (Source.RPC, Source.REMOTE) or error.get_error_code() in LOST


def is_code(error: Any, *codes: Code) -> bool:
    """Whether the error is one of those."""
    return error.get_error_code() in codes


def opening_fault(error: Any) -> DriverError:
    """The fault of a connection that could not be opened; nothing was changed."""
    detail = detail_of(error)
    kind = FAULTS.get(error.get_error_code(), Unreachable)
    if kind is WrongCredentials or any(words.lower() in detail.lower() for words in REFUSAL_WORDS):
        return WrongCredentials(detail=detail)
    return Unreachable(detail=detail)


def call_fault(error: Any, *, is_effect: bool) -> DriverError:
    """The fault of a call. When the connection broke, an effect may or may not have happened; a look changed
    nothing.
    """
    detail = detail_of(error)
    if is_connection_lost(error):
        return OutcomeUnknown(detail=detail) if is_effect else Unreachable(detail=detail)
    if any(words in detail for words in BUSY_WORDS):
        return Busy(detail=detail)
    kind = FAULTS.get(error.get_error_code())
    if kind is None:
        kind = NotThere if _is_missing_file(error) else Refused
    return kind(detail=detail)


def detail_of(error: Any) -> str:
    """What libvirt says, with its code, for operators."""
    return f"libvirt {error.get_error_code()}/{error.get_error_domain()}: {error.get_error_message()}"


def _is_missing_file(error: Any) -> bool:
    return error.get_error_code() == Code.SYSTEM_ERROR and error.get_int1() == errno.ENOENT
