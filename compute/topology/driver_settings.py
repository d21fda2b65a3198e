"""Driver settings in rows: checked against the driver's declaration, the secret ones kept apart and encrypted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cloudportal.core.errors import InvalidInput
from cloudportal.core.secrets import Secret
from cloudportal.drivers.errors import Refused
from cloudportal.drivers.registry import DriverKind, UnknownDriver, driver_class
from cloudportal.drivers.settings import InvalidSettings, Scope, Setting, SettingValue, validate

OUTDATED = (
    "The settings of {name} do not fit its driver any more, so nothing was tried. An operator must edit them."
)


class Configured(Protocol):
    """A row that a driver is opened for: a host, a storage pool, a network."""

    settings: Any
    secrets: Any


@dataclass(frozen=True)
class Kept:
    """Settings as rows keep them: `settings` in the open, `secrets` as JSON for an encrypted field."""

    settings: dict[str, SettingValue]
    secrets: str


def declared(kind: DriverKind, driver: str, scope: Scope) -> tuple[Setting, ...]:
    """The settings of that scope that the driver asks for. Raises InvalidInput for an unknown driver."""
    try:
        found = driver_class(kind, driver)
    except UnknownDriver as error:
        raise InvalidInput.of("driver", f"{error}") from error
    return tuple(one for one in found.settings if one.scope == scope)


def sort_out(
    kind: DriverKind,
    driver: str,
    scope: Scope,
    values: Mapping[str, object],
    *,
    row: Configured | None = None,
) -> Kept:
    """The values, checked and ready for a row. With `row`, values not given stay as the row has them.

    An empty secret means "as it is". Raises InvalidInput whose fields are named `settings.<name>`.
    """
    settings = declared(kind, driver, scope)
    secret_names = {one.name for one in settings if one.secret}
    given = {name: value for name, value in values.items() if value != "" or name not in secret_names}
    try:
        cleaned = validate(settings, {**(values_of(row) if row else {}), **given})
    except InvalidSettings as error:
        fields = {f"settings.{name}": [sentence] for name, sentence in error.fields.items()}
        raise InvalidInput("Some settings of the driver need another look.", fields=fields) from error
    secrets = {name: value for name, value in cleaned.items() if name in secret_names}
    shown = {name: value for name, value in cleaned.items() if name not in secret_names}
    return Kept(shown, json.dumps(secrets) if secrets else "")


def values_of(row: Configured) -> dict[str, SettingValue]:
    """All of the row's settings, the secret ones in clear: for opening drivers, never to be shown."""
    text = row.secrets.reveal() if isinstance(row.secrets, Secret) else row.secrets
    return {**row.settings, **(json.loads(text) if text else {})}


def merged(kind: DriverKind, driver: str, rows: Mapping[Scope, Configured]) -> dict[str, SettingValue]:
    """What the driver is opened with: each declared setting from the row that it belongs to."""
    by_scope = {scope: values_of(row) for scope, row in rows.items()}
    return {
        one.name: by_scope[one.scope][one.name]
        for one in driver_class(kind, driver).settings
        if one.name in by_scope.get(one.scope, {})
    }


def outdated(name: str, error: InvalidSettings) -> Refused:
    """The fault of a row whose settings no longer fit its driver; says which, never the values."""
    return Refused(OUTDATED.format(name=name), detail=str(error))
