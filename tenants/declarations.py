"""Settings that people may change while the portal runs: declared once in code, with type, default and places.

Every room declares its own in a `configuration.py`, which is imported when the program starts.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cloudportal.core.errors import InvalidInput, NotFound
from cloudportal.core.permissions import RoleKind


class PlaceKind(StrEnum):
    """Where a setting may have a value of its own, from the narrowest to the widest."""

    ACCOUNT = "account"
    DOMAIN = "domain"
    CLUSTER = "cluster"
    ZONE = "zone"
    GLOBAL = "global"


class Kind(StrEnum):
    """The type of a setting's value."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STR = "str"
    CHOICE = "choice"
    DURATION = "duration"
    LIST = "list"


@dataclass(frozen=True)
class Setting:
    """One setting. `places` are the kinds of places where it may be set beside the whole cloud; `least` is the
    humblest kind of role that may set it at its own places (the whole cloud, zones and clusters are root's).
    Durations are whole seconds. `check` gives a sentence when a value of the right type is still wrong, or None.
    """

    name: str
    kind: Kind
    default: Any
    help: str
    category: str
    places: frozenset[PlaceKind] = frozenset()
    least: RoleKind = RoleKind.ROOT_ADMIN
    is_secret: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    check: Callable[[Any], str | None] | None = None

    def has_place(self, place: PlaceKind) -> bool:
        """True where the setting may have a value of its own there."""
        return place is PlaceKind.GLOBAL or place in self.places

    def parse(self, raw: Any) -> Any:
        """The typed value of what a person or program gave, else InvalidInput for the field `value`."""
        value = _PARSERS[self.kind](self, raw)
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._check_bounds(value)
        sentence = self.check(value) if self.check else None
        if sentence:
            raise _refused(self, sentence)
        return value

    def _check_bounds(self, value: float) -> None:
        if self.minimum is not None and value < self.minimum:
            raise _refused(self, f"Use {self.minimum:g} or more.")
        if self.maximum is not None and value > self.maximum:
            raise _refused(self, f"Use {self.maximum:g} or less.")


_registered: dict[str, Setting] = {}


def declare(name: str, kind: Kind, default: Any, help: str, category: str, **options: Any) -> Setting:
    """Declares a setting, once per name. The default must be a value that may be set."""
    places = frozenset(options.pop("places", ()))
    declared = Setting(name, kind, default, help, category, places=places, **options)
    declared.parse(default)
    if _registered.setdefault(name, declared) != declared:
        raise ValueError(f"The setting {name} is declared twice.")
    return declared


def all_settings() -> tuple[Setting, ...]:
    """Every declared setting, by name."""
    return tuple(_registered[name] for name in sorted(_registered))


def setting_named(name: str) -> Setting:
    """The declared setting. Raises NotFound."""
    try:
        return _registered[name]
    except KeyError:
        raise NotFound(f"There is no setting called {name}.", noun="setting", uuid=name) from None


def _refused(setting: Setting, sentence: str) -> InvalidInput:
    return InvalidInput.of("value", f"{setting.name}: {sentence}")


def _bool(setting: Setting, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in {"true", "yes", "on", "1"}:
        return True
    if word in {"false", "no", "off", "0"}:
        return False
    raise _refused(setting, "Use true or false.")


def _int(setting: Setting, raw: Any) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return _storable(setting, raw)
    if isinstance(raw, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", raw.strip()):
        return int(raw)
    raise _refused(setting, "Use a whole number.")


def _storable(setting: Setting, number: int) -> int:
    if abs(number) >= 10**18:
        raise _refused(setting, "Use a number of at most 18 digits.")
    return number


def _float(setting: Setting, raw: Any) -> float:
    try:
        number = float(raw) if not isinstance(raw, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _refused(setting, "Use a number.")
    return number


def _str(setting: Setting, raw: Any) -> str:
    text = raw if isinstance(raw, str) else None
    if text is None or len(text) > 4000 or "\x00" in text:
        raise _refused(setting, "Use a text of at most 4000 characters.")
    return text


def _choice(setting: Setting, raw: Any) -> str:
    if raw not in setting.choices:
        raise _refused(setting, f"Use one of {', '.join(setting.choices)}.")
    return str(raw)


_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(setting: Setting, raw: Any) -> int:
    text = "" if isinstance(raw, bool) else str(raw)
    found = re.fullmatch(r"([0-9]{1,9})\s*([smhd]?)", text.strip().lower())
    if not found:
        raise _refused(setting, "Use seconds, or a number with s, m, h or d, such as 90s, 5m, 2h or 7d.")
    return int(found[1]) * _UNIT_SECONDS[found[2]]


def _list(setting: Setting, raw: Any) -> list[str]:
    words = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise _refused(setting, "Use words with commas between them.")
    kept = [word.strip() for word in words if word.strip()]
    if len(json.dumps(kept)) > 4000:
        raise _refused(setting, "Use at most 4000 characters.")
    return kept


_PARSERS: dict[Kind, Callable[[Setting, Any], Any]] = {
    Kind.BOOL: _bool,
    Kind.INT: _int,
    Kind.FLOAT: _float,
    Kind.STR: _str,
    Kind.CHOICE: _choice,
    Kind.DURATION: _duration,
    Kind.LIST: _list,
}
