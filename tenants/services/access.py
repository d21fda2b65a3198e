"""Ending what lets users in: sessions here, and whatever else other places have handed out and register."""

import secrets
from collections.abc import Callable

from django.db.models import QuerySet

from tenants.models import User

_endings: dict[str, Callable[[QuerySet[User]], object]] = {}


def register(name: str, end: Callable[[QuerySet[User]], object]) -> None:
    """Declares how one kind of access, such as API tokens, ends for these users. It runs in the transaction of the
    change and touches rows only.
    """
    _endings[name] = end


def end_access(users: QuerySet[User]) -> None:
    """From the commit on, no session, token or key of these users is good any more. May be repeated."""
    users.update(session_salt=secrets.token_hex(16))
    for name in sorted(_endings):
        _endings[name](users)
