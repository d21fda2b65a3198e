"""QEMU's guest agent, asked through libvirt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudportal.drivers.errors import DriverError
from cloudportal.drivers.libvirtd.faults import Code, is_code
from cloudportal.drivers.libvirtd.link import Talk, library

# Without a limit of its own, libvirt waits for as long as the guest likes.
ANSWER_SECONDS = 10
# The guest is off; has no channel to an agent; has one with nobody at it; or its agent is too old for the request.
NOBODY = (
    Code.OPERATION_INVALID,
    Code.ARGUMENT_UNSUPPORTED,
    Code.OPERATION_UNSUPPORTED,
    Code.NO_SUPPORT,
    Code.AGENT_UNRESPONSIVE,
    Code.AGENT_UNSYNCED,
)


def set_password(talk: Talk, domain: Any, user: str, password_hash: str) -> bool:
    """See the contract."""
    flags = library().VIR_DOMAIN_PASSWORD_ENCRYPTED
    return _heard(lambda: _ask(talk, domain, domain.setUserPassword, user, password_hash, flags))


def set_ssh_keys(talk: Talk, domain: Any, user: str, keys: tuple[str, ...]) -> bool:
    """See the contract."""
    return _heard(lambda: _ask(talk, domain, domain.authorizedSSHKeysSet, user, list(keys), 0))


def _ask(talk: Talk, domain: Any, request: Any, *arguments: Any) -> None:
    talk.act(domain.agentSetResponseTimeout, ANSWER_SECONDS, 0)
    talk.act(request, *arguments)


def _heard(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except DriverError as fault:
        cause = fault.__cause__
        if isinstance(cause, library().libvirtError) and is_code(cause, *NOBODY):
            return False
        raise
    return True
