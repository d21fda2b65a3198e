"""A person as a directory describes them, in plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Ids that a directory gives once and never again: RFC 4530, Active Directory, 389 Directory Server.
EXTERNAL_IDS = ("entryUUID", "objectGUID", "nsUniqueId")


@dataclass(frozen=True)
class Person:
    """Somebody who has proved their password. `groups` are normal distinguished names, nested ones included."""

    dn: str
    username: str
    external_id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    groups: frozenset[str] = frozenset()


def person_of(
    dn: str,
    typed_name: str,
    attributes: Mapping[str, list[Any]],
    names: Mapping[str, str],
    groups: Iterable[str],
) -> Person | None:
    """The person with these attributes, under the directory's spelling of their name; None where they have none."""
    usernames = [_text(value) for value in attributes.get(names.get("username", "uid"), ())]
    if not any(usernames):
        return None
    username = next((one for one in usernames if one.lower() == typed_name.lower()), usernames[0])
    return Person(
        dn=dn,
        username=username,
        external_id=_external_id(attributes) or f"name:{username.lower()}",
        first_name=_first(attributes, names.get("first_name")),
        last_name=_first(attributes, names.get("last_name")),
        email=_first(attributes, names.get("email")),
        groups=frozenset(groups),
    )


def _external_id(attributes: Mapping[str, list[Any]]) -> str:
    for name in EXTERNAL_IDS:
        for value in attributes.get(name, ()):
            # objectGUID is sixteen bytes; whether they happened to be readable as text must not change the id.
            raw = value if isinstance(value, bytes) else str(value).encode()
            return f"{name}:{raw.hex() if name == 'objectGUID' else raw.decode(errors='replace').lower()}"
    return ""


def _first(attributes: Mapping[str, list[Any]], name: str | None) -> str:
    values = attributes.get(name, ()) if name else ()
    return next((_text(value) for value in values), "")


def _text(value: Any) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return "".join(letter for letter in text if letter.isprintable()).strip()
