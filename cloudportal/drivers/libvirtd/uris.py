"""Connection addresses of libvirt: which ones may be used, and what is added to them.

libvirt's own addresses can name programs to run and switch checks off (https://libvirt.org/uri.html), so only
the parts that are listed here pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from cloudportal.drivers.settings import Scope, Setting

LOCAL = frozenset({"qemu", "qemu+unix"})
PARAMETERS: Mapping[str, frozenset[str]] = {
    "qemu": frozenset({"socket"}),
    "qemu+unix": frozenset({"socket"}),
    "qemu+tls": frozenset({"pkipath"}),
    "qemu+ssh": frozenset({"keyfile", "known_hosts"}),
}
# Neither may begin with a dash: ssh would read it as an option.
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})|[0-9a-fA-F:.]{2,45}")
USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")


def uri_setting(scope: Scope) -> Setting:
    """The address of the libvirt daemon, declared alike by all drivers that need one."""
    return Setting(
        name="uri",
        label="libvirt address",
        kind="url",
        scope=scope,
        required=True,
        check=uri_fault,
        help=(
            "How libvirt on the host is reached: qemu:///system, qemu+tls://host/system, "
            "qemu+ssh://user@host/system, or "
            "qemu+unix:///system?socket=/path of a socket."
        ),
    )


def uri_fault(value: str) -> str | None:
    """A sentence that says why the address cannot be used, or None when it can."""
    try:
        parts = urlsplit(value)
        host, user, has_password, _ = parts.hostname, parts.username, parts.password is not None, parts.port
        parameters = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return "This is not an address. Write it like qemu+tls://host/system."
    if parts.scheme not in PARAMETERS:
        return f"The address must begin with one of {', '.join(PARAMETERS)}."
    if parts.path != "/system" or parts.fragment or has_password:
        return "The address must end in /system, and must hold no password."
    return _place_fault(parts, host, user) or _parameters_fault(parts.scheme, parameters)


def connection_uri(value: str) -> str:
    """The address as it is given to libvirt: over ssh it must fail rather than ask a question."""
    parts = urlsplit(value)
    if parts.scheme != "qemu+ssh":
        return value
    return parts._replace(query=urlencode([*parse_qsl(parts.query), ("no_tty", "1")])).geturl()


def _place_fault(parts: SplitResult, host: str | None, user: str | None) -> str | None:
    if parts.scheme in LOCAL:
        return "An address on this machine names no host." if parts.netloc else None
    if host is None or HOST.fullmatch(host) is None:
        return "The address must name a host by its name or IP address."
    if user is not None and USER.fullmatch(user) is None:
        return "The user name in the address is not one."
    return None


def _parameters_fault(scheme: str, parameters: list[tuple[str, str]]) -> str | None:
    for name, path in parameters:
        if name not in PARAMETERS[scheme]:
            return f"After the question mark only these are allowed here: {', '.join(sorted(PARAMETERS[scheme]))}."
        if not path.startswith("/") or ".." in path.split("/"):
            return f"{name} must be an absolute path."
    return None
