"""What may be said about a directory server, checked field by field and then as a whole."""

import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from cloudportal.core.errors import InvalidInput
from cloudportal.core.names import check_label
from cloudportal.core.secrets import Secret
from tenants.directory.connections import Address
from tenants.directory.groups import normal_dn
from tenants.models import DirectoryServer
from tenants.names import check_text

ATTRIBUTES: Mapping[str, str] = {
    "username": "uid",
    "first_name": "givenName",
    "last_name": "sn",
    "email": "mail",
}
MOST_URIS = 5
LONGEST_TIMEOUT_SECONDS = 15
CERTIFICATES_LENGTH = 64 * 1024
PLACEHOLDER = "{username}"

_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class ServerValues:
    """What of a server is given; None leaves it as it is, or takes the default of a new one."""

    name: str | None = None
    position: int | None = None
    is_enabled: bool | None = None
    uris: Sequence[str] | None = None
    tls_mode: str | None = None
    ca_certificates: str | None = None
    timeout_seconds: int | None = None
    bind_mode: str | None = None
    bind_dn: str | None = None
    bind_password: str | None = None
    user_base: str | None = None
    user_filter: str | None = None
    user_dn_template: str | None = None
    attributes: Mapping[str, str] | None = None
    group_base: str | None = None
    group_kind: str | None = None
    group_nesting: str | None = None
    disabled_attribute: str | None = None
    disabled_rule: str | None = None
    is_absence_disabled: bool | None = None

    def __repr__(self) -> str:
        return f"ServerValues({self.name!r})"


def apply(server: DirectoryServer, values: ServerValues) -> list[str]:
    """Writes the given values onto the row, without saving, and returns the names of the fields that were given.

    Raises InvalidInput naming the field that is wrong, alone or beside the others.
    """
    given = {one.name: getattr(values, one.name) for one in fields(values)}
    names = [name for name, value in given.items() if value is not None]
    is_elsewhere = False
    for name in names:
        clean = _CHECKS.get(name, _as_given)(name, given[name])
        is_elsewhere |= name in {"uris", "tls_mode", "ca_certificates"} and clean != getattr(server, name)
        setattr(server, name, clean)
    if is_elsewhere and server.pk and "bind_password" not in names and server.bind_password:
        # Else whoever may edit the addresses could have the stored password sent to a server of their own.
        raise InvalidInput.of(
            "bind_password", "Give the bind password again, because the directory's address or trust changes."
        )
    _check_whole(server)
    return names


def _as_given(name: str, value: Any) -> Any:
    return value


def _label(name: str, value: str) -> str:
    return check_label(value, field=name)


def _line(name: str, value: str) -> str:
    return check_text(value, field=name, most=500)


def _position(name: str, value: int) -> int:
    if not 1 <= value <= 1000:
        raise InvalidInput.of(name, "Use a number from 1 to 1000.")
    return value


def _timeout(name: str, value: int) -> int:
    if not 1 <= value <= LONGEST_TIMEOUT_SECONDS:
        raise InvalidInput.of(name, f"Use 1 to {LONGEST_TIMEOUT_SECONDS} seconds: people wait for it.")
    return value


def _choice(*choices: str) -> Callable[[str, str], str]:
    def check(name: str, value: str) -> str:
        if value not in choices:
            raise InvalidInput.of(name, f"Use one of {', '.join(one or 'nothing' for one in choices)}.")
        return value

    return check


def _dn(name: str, value: str) -> str:
    text = _line(name, value)
    try:
        return text if not text else normal_dn(text) and text
    except ValueError:
        raise InvalidInput.of(
            name, "Use a distinguished name, such as ou=people,dc=example,dc=org."
        ) from None


def _uris(name: str, value: Sequence[str]) -> list[str]:
    uris = [uri.strip() for uri in value if uri.strip()]
    if not 1 <= len(uris) <= MOST_URIS:
        raise InvalidInput.of(name, f"Give 1 to {MOST_URIS} addresses, such as ldaps://ldap.example.org.")
    for uri in uris:
        _check_uri(name, uri)
    return uris


def _check_uri(name: str, uri: str) -> None:
    refusal = InvalidInput.of(name, f"{uri[:100]} is no address such as ldaps://ldap.example.org:636.")
    try:
        Address.of(uri)
        parts = urlsplit(uri)
    except ValueError:
        raise refusal from None
    has_more = parts.username or parts.password or parts.path.strip("/") or parts.query or parts.fragment
    if has_more or not re.fullmatch(r"[\x21-\x7e]{1,255}", uri):
        raise refusal


def _certificates(name: str, value: str) -> str:
    text = value.strip()
    if not text:
        return ""
    if len(text) > CERTIFICATES_LENGTH or "PRIVATE KEY" in text:
        raise InvalidInput.of(name, "Give the authorities' certificates only, in PEM form.")
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError):
        raise InvalidInput.of(name, "These are no certificates in PEM form.") from None
    return text + "\n"


def _bind_password(name: str, value: str) -> Secret:
    if len(value) > 1024 or "\0" in value:
        raise InvalidInput.of(name, "Use at most 1024 characters, and no null bytes.")
    return Secret(value)


def _attributes(name: str, value: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted(set(value) - set(ATTRIBUTES))
    if unknown:
        raise InvalidInput.of(name, f"There is no {unknown[0]} to fill. There are {', '.join(ATTRIBUTES)}.")
    merged = {**ATTRIBUTES, **value}
    if not merged["username"] or not all(_ATTRIBUTE.fullmatch(one) for one in merged.values() if one):
        raise InvalidInput.of(name, "Use names of attributes, such as uid, givenName, sn and mail.")
    return merged


def _attribute(name: str, value: str) -> str:
    if value and not _ATTRIBUTE.fullmatch(value):
        raise InvalidInput.of(name, "Use the name of an attribute, such as nsAccountLock.")
    return value


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "name": _label,
    "position": _position,
    "uris": _uris,
    "tls_mode": _choice(DirectoryServer.PLAIN, DirectoryServer.STARTTLS, DirectoryServer.LDAPS),
    "ca_certificates": _certificates,
    "timeout_seconds": _timeout,
    "bind_mode": _choice(DirectoryServer.SEARCH, DirectoryServer.DIRECT),
    "bind_dn": _line,
    "bind_password": _bind_password,
    "user_base": _dn,
    "user_filter": _line,
    "user_dn_template": _line,
    "attributes": _attributes,
    "group_base": _dn,
    "group_kind": _choice(*DirectoryServer.GROUP_KINDS),
    "group_nesting": _choice(DirectoryServer.FLAT, DirectoryServer.WALKED, DirectoryServer.IN_CHAIN),
    "disabled_attribute": _attribute,
    "disabled_rule": _choice("", *DirectoryServer.DISABLED_RULES),
}


def _check_whole(server: DirectoryServer) -> None:
    _check_addresses(server)
    _check_bind(server)
    _check_groups(server)
    if bool(server.disabled_attribute) != bool(server.disabled_rule):
        raise InvalidInput.of("disabled_rule", "Give both the attribute and how it is read, or neither.")


def _check_addresses(server: DirectoryServer) -> None:
    if not server.name:
        raise InvalidInput.of("name", "Give the directory a name.")
    if not server.uris:
        raise InvalidInput.of("uris", "Give at least one address, such as ldaps://ldap.example.org.")
    is_ldaps = server.tls_mode == DirectoryServer.LDAPS
    if any(uri.lower().startswith("ldaps://") != is_ldaps for uri in server.uris):
        word = "ldaps://" if is_ldaps else "ldap://"
        raise InvalidInput.of("uris", f"With this kind of TLS every address begins with {word}.")


def _check_bind(server: DirectoryServer) -> None:
    if server.bind_mode == DirectoryServer.DIRECT:
        if server.user_dn_template.count(PLACEHOLDER) != 1:
            raise InvalidInput.of("user_dn_template", f"Write {PLACEHOLDER} once, where the user name goes.")
        return
    if bool(server.bind_dn) != bool(server.bind_password):
        # A name without a password binds as nobody and looks like success (RFC 4513, 5.1.2).
        raise InvalidInput.of(
            "bind_password", "Give both the name to bind with and its password, or neither."
        )
    if not server.user_base:
        raise InvalidInput.of("user_base", "Say below which entry people are searched.")
    _check_filter(server.user_filter)


def _check_filter(text: str) -> None:
    plain = text.strip()
    is_closed = plain.startswith("(") and plain.endswith(")") and plain.count("(") == plain.count(")")
    if not is_closed or PLACEHOLDER not in plain:
        raise InvalidInput.of(
            "user_filter",
            f"Use a filter in parentheses with {PLACEHOLDER} in it, such as (uid={PLACEHOLDER}).",
        )


def _check_groups(server: DirectoryServer) -> None:
    if not server.group_base:
        raise InvalidInput.of("group_base", "Say below which entry groups are searched.")
    if server.group_kind == "posixGroup" and server.group_nesting != DirectoryServer.FLAT:
        raise InvalidInput.of("group_nesting", "Posix groups cannot be nested. Use none.")
    if server.group_nesting == DirectoryServer.IN_CHAIN and server.group_kind != "activeDirectory":
        raise InvalidInput.of("group_nesting", "Only Active Directory walks groups by itself. Use walk.")
