"""The drivers that this portal has, and what each must be told, at the REST door."""

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.filters import Filter
from cloudportal.api.shapes import Shape
from cloudportal.api.singles import short_list
from cloudportal.core.caller import Caller
from cloudportal.drivers.registry import DRIVERS, driver_class, driver_names
from cloudportal.drivers.settings import Setting
from compute.drivers.contract import abilities_of
from compute.topology import actions


@dataclass(frozen=True)
class DriverView:
    """A driver as it is shown."""

    kind: str
    name: str
    label: str
    abilities: list[str]
    settings: tuple[Setting, ...]


class ChoiceShape(Shape):
    """One of the values that a setting may have."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class DriverSettingShape(Shape):
    """A value that a driver must or may be told. Secret ones are write-only."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    scope = serializers.CharField(help_text="What it belongs to: host, pool or network.")
    help = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    secret = serializers.BooleanField()
    default = serializers.JSONField(allow_null=True)
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)
    choices = serializers.SerializerMethodField()

    @extend_schema_field(ChoiceShape(many=True))
    def get_choices(self, setting: Setting) -> list[dict[str, str]]:
        """The values that it may have, where they are few."""
        return [{"value": value, "label": label} for value, label in setting.choices]


class DriverShape(Shape):
    """A driver: its kind, its name, what it can do, and its settings."""

    kind = serializers.ChoiceField(choices=tuple(DRIVERS))
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    abilities = serializers.ListField(child=serializers.CharField())
    settings = DriverSettingShape(many=True)


def _drivers(caller: Caller, parameters: dict[str, Any]) -> list[DriverView]:
    kinds: Any = [parameters["kind"]] if "kind" in parameters else tuple(DRIVERS)
    return [_view(kind, name) for kind in kinds for name in driver_names(kind)]


def _view(kind: Any, name: str) -> DriverView:
    cls = driver_class(kind, name)
    abilities = sorted(abilities_of(cls)) if kind == "compute" else []
    return DriverView(kind, name, cls.label, abilities, cls.settings)


DRIVER_LIST = short_list(
    "drivers/",
    DriverShape,
    _drivers,
    summary="List the drivers and their settings",
    action=actions.READ_HOST,
    takes=(Filter("kind", choices=tuple(DRIVERS)),),
)
