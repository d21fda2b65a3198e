"""What tenants hand to their guests: names, ssh keys and user data, checked."""

import base64
import binascii
from collections.abc import Iterable

from cloudportal.core.errors import InvalidInput
from cloudportal.core.names import check_label
from tenants.models import Account
from tenants.queries import settings_value

MOST_KEYS = 16
MOST_KEY_CHARACTERS = 8192
KEY_KINDS = (
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)


def checked_display_name(value: str) -> str:
    """The name that people see, or empty."""
    return check_label(value, field="display_name") if value.strip() else ""


def checked_ssh_keys(values: Iterable[str]) -> list[str]:
    """Public keys in OpenSSH's form, one line each, without doubles. Raises InvalidInput."""
    keys = list(dict.fromkeys(_checked_key(value) for value in values))
    if len(keys) > MOST_KEYS:
        raise InvalidInput.of("ssh_keys", f"Use at most {MOST_KEYS} keys.")
    return keys


def checked_user_data(value: str, account: Account) -> str:
    """The tenant's text for the guest, which we never read. Raises InvalidInput past the account's limit."""
    if "\0" in value:
        raise InvalidInput.of("user_data", "User data is text. Encode what is not, for example as base64.")
    size_bytes = len(value.encode())
    most_bytes = settings_value("instance.user_data_limit", account=account)
    if size_bytes > most_bytes:
        raise InvalidInput.of(
            "user_data", f"User data may have {most_bytes} bytes; this has {size_bytes}. Make it shorter."
        )
    return value


def _checked_key(value: str) -> str:
    line = value.strip()
    words = line.split(None, 2)
    is_line = line.isprintable() and len(line) <= MOST_KEY_CHARACTERS
    if not is_line or len(words) < 2 or words[0] not in KEY_KINDS or not _names_its_kind(*words[:2]):
        raise InvalidInput.of(
            "ssh_keys",
            "Give public keys as OpenSSH writes them, one line each, such as “ssh-ed25519 AAAA… you@example.org”.",
        )
    return line


def _names_its_kind(kind: str, blob: str) -> bool:
    # RFC 4253, section 6.6: the blob begins with the length and the name of the key's own kind.
    try:
        data = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError):
        return False
    return data.startswith(len(kind).to_bytes(4, "big") + kind.encode()) and len(data) > len(kind) + 4
