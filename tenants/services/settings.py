"""Setting what people may change while the portal runs, and taking it back."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted
from cloudportal.core.secrets import Secret
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import actions
from tenants.declarations import Setting, setting_named
from tenants.models import SettingValue
from tenants.queries.settings import Place, SettingView, may_see, setting_for
from tenants.services import dominance


@transaction.atomic
def set_value(caller: Caller, place: Place, name: str, value: Any) -> SettingView:
    """From now on the setting has this value at the place and below it, where nothing nearer is set.

    Raises InvalidInput for a value of the wrong type or a place where the setting has none of its own, NotFound and
    NotPermitted.
    """
    setting = _changeable(caller, place, name)
    typed = setting.parse(value)
    before = _row(place, setting)
    content: dict[str, Any] = {"value": typed, "sealed": None}
    if setting.is_secret:
        content = {"value": None, "sealed": json.dumps(typed)}
    SettingValue.objects.update_or_create(name=name, key=place.key, defaults=content)
    _record(caller, place, setting, _shown(setting, before), Secret("set") if setting.is_secret else typed)
    return setting_for(caller, place, name)


@transaction.atomic
def reset(caller: Caller, place: Place, name: str) -> SettingView:
    """From now on the setting is inherited at the place. May be repeated. Raises as `set_value`."""
    setting = _changeable(caller, place, name)
    before = _row(place, setting)
    if before is None:
        plans.note("setting", f"{setting.name} of {place.name} is inherited already.", name=setting.name)
    else:
        before_value = _shown(setting, before)
        before.delete()
        _record(caller, place, setting, before_value, None)
    return setting_for(caller, place, name)


def forget(keys: Iterable[str]) -> None:
    """Removes all values at places that are gone."""
    SettingValue.objects.filter(key__in=list(keys)).delete()


def _changeable(caller: Caller, place: Place, name: str) -> Setting:
    actions.UPDATE_SETTING.permit(caller)
    setting = setting_named(name)
    if not may_see(caller, setting):
        raise NotFound(f"There is no setting called {name} that you may use.", noun="setting", uuid=name)
    _require_place(caller, place)
    if not setting.has_place(place.kind):
        raise InvalidInput.of("place", f"{name} has no value of its own for a single {place.kind.value}.")
    return setting


def _require_place(caller: Caller, place: Place) -> None:
    if place.account is not None:
        dominance.require_dominance(caller, place.account)
    elif place.domain is not None:
        dominance.require_reach(caller, place.domain, place.domain)
    elif not caller.is_root_admin:
        raise NotPermitted(
            "Only root administrators set what holds for the whole cloud, a zone or a cluster."
        )


def _row(place: Place, setting: Setting) -> SettingValue | None:
    rows = SettingValue.objects.filter(name=setting.name, key=place.key)
    return rows.select_for_update().first()


def _shown(setting: Setting, row: SettingValue | None) -> Any:
    if row is None:
        return None
    return Secret("set") if setting.is_secret else row.value


def _record(caller: Caller, place: Place, setting: Setting, before: Any, after: Any) -> None:
    is_reset = after is None
    sentence = f"{setting.name} of {place.name} {'is inherited again' if is_reset else 'has a new value'}."
    plans.note("setting", sentence, name=setting.name)
    records.record(
        caller,
        "CONFIGURATION.VALUE.EDIT",
        _about(place, setting),
        before={setting.name: before},
        after={setting.name: after},
        sentence=sentence,
    )


def _about(place: Place, setting: Setting) -> About:
    owner = place.account.owner if place.account else None
    path = place.domain.path if place.domain else ""
    return About("setting", None, setting.name, owner.account_uuid if owner else None, path)
