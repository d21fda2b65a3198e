"""The capability to speak with a program inside a running guest, such as QEMU's guest agent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from uuid import UUID


class TalksToAgent(ABC):
    """Can ask an agent inside a guest to change who may sign in there.

    Both calls give True when the agent has done it, and False when none could be asked: the guest is off, has no agent,
    or the agent does not answer or does not know the request. They may be repeated. Raise NotThere for an unknown
    guest, and Refused where the agent says no, as for a user that the guest does not have.
    """

    @abstractmethod
    def set_password(self, uuid: UUID, user: str, password_hash: str) -> bool:
        """The user signs in with the password of which this is the hash, as crypt(3) makes it."""

    @abstractmethod
    def set_ssh_keys(self, uuid: UUID, user: str, keys: tuple[str, ...]) -> bool:
        """The user's authorized keys are these and no others."""
