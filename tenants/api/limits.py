"""Limits and settings at the REST door."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from cloudportal.api.filters import UUIDS, Filter
from cloudportal.api.operations import Operation
from cloudportal.api.shapes import AnyValue, Reference, Shape, Values, Whole
from cloudportal.api.singles import change, short_list
from cloudportal.core.caller import Caller
from tenants import actions, queries
from tenants.declarations import PlaceKind
from tenants.membership import acting_on
from tenants.models import Account, Domain
from tenants.queries import Limit, SettingView
from tenants.resources import Resource
from tenants.services import limits_recount, settings
from tenants.services.limit_maxima import MOST, set_maximum
from tenants.services.limits_recount import Drift

PLACES = tuple(kind.value for kind in PlaceKind)


class LimitShape(Shape):
    """How much of a resource is in use and may be. No number means no limit."""

    resource = serializers.ChoiceField(choices=tuple(Resource))
    used = serializers.IntegerField()
    maximum = serializers.IntegerField(allow_null=True, help_text="What was set here.")
    effective = serializers.IntegerField(allow_null=True, help_text="The lowest from here up to ROOT.")
    bound_by = serializers.CharField(help_text="Whose limit that is.")


class SetLimit(Values):
    """How much there may be from now on; null for as much as the levels above allow."""

    maximum = Whole(max_value=MOST, allow_null=True)


class CounterDriftShape(Shape):
    """A counter that said something else than what was there."""

    level = serializers.CharField()
    name = serializers.CharField()
    resource = serializers.CharField()
    used = serializers.IntegerField()
    found = serializers.IntegerField()


class RecountShape(Shape):
    """What counting again has put right."""

    repaired = CounterDriftShape(many=True)


class SettingShape(Shape):
    """A setting as it stands at a place. Secrets say only whether they are set."""

    name = serializers.CharField(source="setting.name")
    category = serializers.CharField(source="setting.category")
    kind = serializers.CharField(source="setting.kind")
    help = serializers.CharField(source="setting.help")
    default = serializers.SerializerMethodField(method_name="default_of")
    value = serializers.JSONField(allow_null=True)
    is_set_here = serializers.BooleanField()
    comes_from = serializers.CharField(allow_null=True, help_text="The kind of place that the value is from.")

    def default_of(self, view: SettingView) -> Any:
        """The value where nobody has set one."""
        return None if view.setting.is_secret else view.setting.default


class PlaceValues(Values):
    """Where a setting is meant."""

    place = serializers.ChoiceField(choices=PLACES, required=False)
    place_uuid = Reference(required=False)


class SetSetting(PlaceValues):
    """A setting's value at a place and below it."""

    value = AnyValue()


def _account(caller: Caller, uuid: UUID, *_: str) -> Account:
    return queries.account_for(caller, uuid)


def _domain(caller: Caller, uuid: UUID, *_: str) -> Domain:
    return queries.domain_for(caller, uuid)


def _project(caller: Caller, uuid: UUID, *_: str) -> Account:
    return queries.project_for(caller, uuid).account


def _limits(caller: Caller, owner: Account | Domain) -> list[Limit]:
    return queries.limits_for(caller, owner)


def _limits_of_project(caller: Caller, uuid: UUID) -> list[Limit]:
    project = queries.project_for(caller, uuid)
    return _limits(acting_on(caller, project), project.account)


def _set(caller: Caller, owner: Account | Domain, resource: str, values: dict[str, Any]) -> Limit:
    set_maximum(caller, owner, resource, values["maximum"])
    return next(one for one in _limits(caller, owner) if one.resource == resource)


def _recount(caller: Caller) -> dict[str, list[Drift]]:
    return {"repaired": limits_recount.recount(caller)}


def _settings(caller: Caller, parameters: dict[str, Any]) -> list[SettingView]:
    place = queries.place_for(caller, parameters.get("place"), parameters.get("place_uuid"))
    return queries.settings_for(caller, place)


def _set_setting(caller: Caller, name: str, values: dict[str, Any]) -> SettingView:
    place = queries.place_for(caller, values.get("place"), values.get("place_uuid"))
    return settings.set_value(caller, place, name, values["value"])


def _reset_setting(caller: Caller, name: str, values: dict[str, Any]) -> SettingView:
    place = queries.place_for(caller, values.get("place"), values.get("place_uuid"))
    return settings.reset(caller, place, name)


def _limit_operations(plural: str, owner: Any, read: Any = None) -> tuple[Operation, ...]:
    path = f"{plural}/{{uuid}}/limits/"
    return (
        short_list(
            path,
            LimitShape,
            read or (lambda caller, uuid: _limits(caller, owner(caller, uuid))),
            summary="List what is in use and what may be",
            action=actions.READ_LIMIT,
        ),
        change(
            "PUT",
            path + "{resource:str}/",
            lambda caller, uuid, resource, values: _set(caller, owner(caller, uuid), resource, values),
            name="set",
            summary="Set how much there may be",
            action=actions.UPDATE_LIMIT,
            takes=SetLimit,
            gives=LimitShape,
            subject=owner,
        ),
    )


LIMIT_OPERATIONS = (
    *_limit_operations("accounts", _account),
    *_limit_operations("domains", _domain),
    *_limit_operations("projects", _project, _limits_of_project),
    change(
        "POST",
        "limits/recount/",
        _recount,
        name="recount",
        summary="Count everything again and put wrong counters right",
        action=actions.RECOUNT_LIMIT,
        gives=RecountShape,
    ),
)

SETTING_OPERATIONS = (
    short_list(
        "settings/",
        SettingShape,
        _settings,
        summary="List the settings of a place",
        action=actions.READ_SETTING,
        takes=(Filter("place", choices=PLACES), Filter("place_uuid", kind=UUIDS)),
    ),
    change(
        "PUT",
        "settings/{name:str}/",
        _set_setting,
        name="set",
        summary="Set a value at a place and below it",
        action=actions.UPDATE_SETTING,
        takes=SetSetting,
        gives=SettingShape,
    ),
    change(
        "POST",
        "settings/{name:str}/reset/",
        _reset_setting,
        name="reset",
        summary="Let the value be inherited again",
        action=actions.UPDATE_SETTING,
        takes=PlaceValues,
        gives=SettingShape,
    ),
)
