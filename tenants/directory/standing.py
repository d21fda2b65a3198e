"""Whether a directory says that somebody may no longer sign in. Directories say it in many ways and types, and a
value that we do not understand counts as a no (OSSA-2026-007 let people in whose FALSE was taken for a text).
"""

from collections.abc import Iterable, Mapping
from typing import Any

TRUE_WORDS = frozenset({"true", "yes", "on", "1", "t", "y", "enabled", "active"})
FALSE_WORDS = frozenset({"false", "no", "off", "0", "f", "n", "disabled", "inactive"})
# ACCOUNTDISABLE in Active Directory's userAccountControl (MS-ADTS 2.2.16).
DISABLED_BIT = 0x2

# Looked at wherever they are there, whatever the server's own rule is: Active Directory, 389 Directory Server,
# OpenLDAP's password policy, eDirectory.
KNOWN: Mapping[str, str] = {
    "userAccountControl": "bits",
    "nsAccountLock": "disabled-flag",
    "pwdAccountLockedTime": "present",
    "loginDisabled": "disabled-flag",
}


def disabled_by(
    attributes: Mapping[str, Iterable[Any]], *, attribute: str = "", rule: str = "", absent: bool = False
) -> str | None:
    """The name of the attribute that disables somebody with these attributes, or None.

    `attribute` and `rule` are the server's own; `absent` says that they are disabled when it is missing.
    """
    found = {name.lower(): list(values) for name, values in attributes.items()}
    rules = {**{name.lower(): one for name, one in KNOWN.items()}}
    if attribute:
        rules[attribute.lower()] = rule
    for name, one in rules.items():
        values = found.get(name, [])
        is_own = bool(attribute) and name == attribute.lower()
        if any(is_disabled(one, value) for value in values) or (is_own and absent and not values):
            return name
    return None


def is_disabled(rule: str, value: object) -> bool:
    """True where the value says no under the rule, or is none that the rule knows.

    `bits`: Active Directory's number. `disabled-flag`: true means disabled. `enabled-flag`: true means enabled.
    `present`: any value means disabled.
    """
    if rule == "bits":
        return _has_disabled_bit(value)
    if rule == "disabled-flag":
        return _word(value) not in FALSE_WORDS
    if rule == "enabled-flag":
        return _word(value) not in TRUE_WORDS
    return True


def _has_disabled_bit(value: object) -> bool:
    if isinstance(value, bool):
        return True
    try:
        return bool(int(_word(value)) & DISABLED_BIT)
    except ValueError:
        return True


def _word(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    return str(value).strip().lower() if isinstance(value, str | int) else ""
