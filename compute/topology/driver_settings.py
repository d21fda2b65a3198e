"""Driver settings in rows: checked against the driver's declaration, the secret ones kept apart and encrypted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cloudportal.core.errors import InvalidInput
from cloudportal.core.secrets import Secret
from cloudportal.drivers.errors import Refused
from cloudportal.drivers.registry import DriverKind, UnknownDriver, driver_class, driver_names
from cloudportal.drivers.settings import InvalidSettings, Scope, Setting, SettingValue, validate
from compute.topology.models import Host

OUTDATED = (
    "The settings of {name} do not fit its driver any more, so nothing was tried. An operator must edit them."
)
FROM_HOST = "Leave it empty to use the host's own."


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
    """The settings of that scope that the driver asks for. Raises InvalidInput for an unknown driver.

    What a compute driver asks for alike, such as the address of a daemon, need not be given again for a pool or
    network: where it is left empty, the host's own is used.
    """
    try:
        found = driver_class(kind, driver)
    except UnknownDriver as error:
        raise InvalidInput.of("driver", f"{error}") from error
    settings = (one for one in found.settings if one.scope == scope)
    return tuple(_optional(one) if kind != "compute" and _hosts_have(one) else one for one in settings)


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


def needs_host(kind: DriverKind, driver: str, row: Configured) -> bool:
    """True where the driver of a pool or network can only be opened with the settings of a host."""
    own = values_of(row)
    missing = (one for one in driver_class(kind, driver).settings if one.name not in own)
    return any(one.scope == "host" or (one.required and _hosts_have(one)) for one in missing)


def can_lend(kind: DriverKind, driver: str, compute_driver: str) -> bool:
    """True where hosts of that compute driver have what a pool's or network's driver takes from no other."""
    asked = (one for one in driver_class(kind, driver).settings if one.scope == "host" and one.required)
    return all(one in driver_class("compute", compute_driver).settings for one in asked)


def lenders(kind: DriverKind, driver: str) -> tuple[str, ...]:
    """The names of the compute drivers whose hosts can lend that, for narrowing in SQL."""
    return tuple(name for name in driver_names("compute") if can_lend(kind, driver, name))


def merged(
    kind: DriverKind, driver: str, row: Configured, *, host: Host | None = None
) -> dict[str, SettingValue]:
    """What the driver is opened with: the row's own settings, and the host's for those that both ask for alike."""
    own = values_of(row)
    of_host = values_of(host) if host is not None else {}
    asked_of_host = driver_class("compute", host.driver).settings if host is not None else ()
    values = {}
    for one in driver_class(kind, driver).settings:
        if one.name in own:
            values[one.name] = own[one.name]
        elif one.name in of_host and _as_of_host(one) in asked_of_host:
            values[one.name] = of_host[one.name]
    return values


def outdated(name: str, error: InvalidSettings) -> Refused:
    """The fault of a row whose settings no longer fit its driver; says which, never the values."""
    return Refused(OUTDATED.format(name=name), detail=str(error))


def _hosts_have(setting: Setting) -> bool:
    return any(
        _as_of_host(setting) in driver_class("compute", name).settings for name in driver_names("compute")
    )


def _as_of_host(setting: Setting) -> Setting:
    return replace(setting, scope="host")


def _optional(setting: Setting) -> Setting:
    return replace(setting, required=False, help=f"{setting.help} {FROM_HOST}")
