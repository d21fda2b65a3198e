"""How a driver declares what it must be told; forms, the API schema, checks and encryption are made from
this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["text", "integer", "boolean", "choice", "url", "path", "secret", "pem"]
Scope = Literal["host", "pool", "network"]
SettingValue = str | int | bool

TEXT_LIMIT_CHARACTERS = 2000
PEM_LIMIT_CHARACTERS = 65536
TRUE_WORDS = frozenset({"true", "yes", "on", "1"})
FALSE_WORDS = frozenset({"false", "no", "off", "0", ""})


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One value that a driver needs.

    `secret` values are encrypted at rest and write-only in every door. `scope` says to what the value
    belongs: the host, the storage pool or the network. `choices` are (value, label). `check` gives a sentence
    when a value that is right in its kind is still wrong, or None. `is_place` says that with another value the thing
    would lie elsewhere.
    """

    name: str
    label: str
    kind: Kind
    scope: Scope
    help: str
    required: bool = False
    secret: bool = False
    default: SettingValue | None = None
    choices: tuple[tuple[str, str], ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    check: Callable[[str], str | None] | None = None
    is_place: bool = False


class InvalidSettings(ValueError):
    """Values that do not fit the declaration; `fields` gives one sentence for each wrong name."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in sorted(self.fields.items())))


class _Wrong(Exception):
    """Carries the sentence about one value up to `validate`."""


def validate(settings: Iterable[Setting], values: Mapping[str, object]) -> dict[str, SettingValue]:
    """The values in their own types, with defaults filled in; names without value and default are left out.

    Raises InvalidSettings naming every wrong, missing and unknown value at once. A sentence never repeats the
    value.
    """
    declared = {setting.name: setting for setting in settings}
    wrong = {name: "There is no such setting. Remove it." for name in values if name not in declared}
    cleaned: dict[str, SettingValue] = {}
    for name, setting in declared.items():
        try:
            value = _clean(setting, values.get(name))
        except _Wrong as fault:
            wrong[name] = str(fault)
            continue
        if value is not None:
            cleaned[name] = value
    if wrong:
        raise InvalidSettings(wrong)
    return cleaned


def _clean(setting: Setting, raw: object) -> SettingValue | None:
    if raw is None or raw == "":
        if setting.default is None and setting.required:
            raise _Wrong("This is needed. Fill it in.")
        return setting.default
    if setting.kind == "integer":
        return _integer(setting, raw)
    if setting.kind == "boolean":
        return _boolean(raw)
    return _text(setting, raw)


def _integer(setting: Setting, raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise _Wrong("This must be a whole number.")
    try:
        value = int(raw)
    except ValueError:
        raise _Wrong("This must be a whole number.") from None
    if setting.minimum is not None and value < setting.minimum:
        raise _Wrong(f"This must be at least {setting.minimum}.")
    if setting.maximum is not None and value > setting.maximum:
        raise _Wrong(f"This must be at most {setting.maximum}.")
    return value


def _boolean(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise _Wrong("This must be yes or no.")


def _text(setting: Setting, raw: object) -> str:
    if not isinstance(raw, str):
        raise _Wrong("This must be text.")
    limit = PEM_LIMIT_CHARACTERS if setting.kind == "pem" else TEXT_LIMIT_CHARACTERS
    if len(raw) > limit:
        raise _Wrong(f"This must not be longer than {limit} characters.")
    sentence = _shape_fault(setting, raw)
    if sentence is None and setting.check is not None:
        sentence = setting.check(raw)
    if sentence is not None:
        raise _Wrong(sentence)
    return raw


def _shape_fault(setting: Setting, value: str) -> str | None:
    if setting.kind == "pem":
        return (
            None
            if value.lstrip().startswith("-----BEGIN ")
            else "This must be a PEM block that begins with -----BEGIN."
        )
    # A line break in a value could add lines to a file or a command that is made from it.
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        return "This must be one line without control characters."
    if setting.kind == "choice":
        return (
            None if value in {choice for choice, _ in setting.choices} else "This is not one of the choices."
        )
    if setting.kind == "path":
        return _path_fault(value)
    if setting.kind == "url":
        return _url_fault(value)
    return None


def _path_fault(value: str) -> str | None:
    if not value.startswith("/") or ".." in value.split("/"):
        return "This must be an absolute path that begins with / and does not climb by '..'."
    return None


def _url_fault(value: str) -> str | None:
    try:
        parts = urlsplit(value)
        has_password = parts.password is not None
    except ValueError:
        return "This must be an address such as scheme://host/path."
    if not parts.scheme or "://" not in value:
        return "This must be an address such as scheme://host/path."
    if has_password:
        return "Do not put a password into the address; give it as its own setting."
    return None
