"""Encryption at rest for what must be kept but never shown: passwords of hosts, API secret keys, bind passwords."""

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class Undecipherable(Exception):
    """A stored secret opens with none of the configured keys: a key is missing from PORTAL_ENCRYPTION_KEYS."""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key.encode()) for key in settings.ENCRYPTION_KEYS])


def encrypt(plain: str) -> str:
    """The text under the newest key."""
    return _box().encrypt(plain.encode()).decode()


def decrypt(token: str) -> str:
    """The text again, whichever configured key it is under. Raises Undecipherable."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable("A stored secret cannot be read with the configured encryption keys.") from error


def rotate(token: str) -> str:
    """The same text under the newest key."""
    return _box().rotate(token.encode()).decode()


class Secret(str):
    """A decrypted text that does not print itself; take `.reveal()` where it is really meant."""

    __slots__ = ()

    def reveal(self) -> str:
        """The text itself."""
        return str.__str__(self)

    def __str__(self) -> str:
        return "********" if len(self) else ""

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(self.__str__(), spec)


def revealed(value: str) -> str:
    """The text of a field that is encrypted at rest, whether it was read from a row or has just been set."""
    return value.reveal() if isinstance(value, Secret) else value


if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class EncryptedField(_TextField):
    """A text that is ciphertext in the database and a Secret in Python."""

    def from_db_value(self, value: str | None, *_: Any) -> Secret | None:
        """What a row gives back."""
        return None if value is None else Secret(decrypt(value) if value else "")

    def get_prep_value(self, value: Any) -> str | None:
        """What goes into the row."""
        if value is None:
            return None
        plain = value.reveal() if isinstance(value, Secret) else str(value)
        return encrypt(plain) if plain else ""
