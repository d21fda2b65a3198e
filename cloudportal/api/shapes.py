"""What goes in and out of the REST door: values that callers send, shapes that they get."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.drainage import set_override
from rest_framework import serializers

from cloudportal.api.driver_schema import schema_of
from cloudportal.api.parsing import check_quiet
from cloudportal.core.caller import Caller
from cloudportal.drivers.registry import DriverKind
from cloudportal.drivers.settings import Scope

GREATEST_WHOLE = 2**63 - 1


class Text(serializers.CharField):
    """One line of text, of at most 255 characters where nothing else is said."""

    is_multiline = False

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 255)
        super().__init__(**options)


class Lines(Text):
    """Text that may have several lines."""

    is_multiline = True


class Password(Text):
    """A secret that goes in and never out; blanks in it are meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, "write_only": True, **options})


class Whole(serializers.IntegerField):
    """A whole number from 0 up, within what a database column holds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": GREATEST_WHOLE, **options})


class Reference(serializers.UUIDField):
    """The uuid of something else. The service resolves it through the caller's own rows."""


class References(serializers.ListField):
    """Several uuids; at most a hundred, so that one request cannot ask for endless look-ups."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"child": Reference(), "max_length": 100, **options})


class DriverSettings(serializers.DictField):
    """What a driver of the kind is to be told about the scope. Certificates have several lines; each setting checks
    its own.
    """

    is_multiline = True

    def __init__(self, kind: DriverKind, scope: Scope, **options: Any) -> None:
        super().__init__(**options)
        set_override(self, "field", schema_of(kind, scope))


class AnyValue(serializers.JSONField):
    """A value whose kind the service knows."""

    is_multiline = True


class Values(serializers.Serializer[Any]):
    """What a caller sends: the declared fields and no other, with quiet texts."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values as a dictionary. Raises InvalidInput or ValidationError naming each wrong field."""
        if isinstance(data, Mapping):
            self._refuse_unknown(data)
            for name, value in data.items():
                self._check_quiet(name, value)
        return super().to_internal_value(data)

    def _check_quiet(self, name: str, value: Any) -> None:
        field = self.fields[name]
        # Nested values look at their own fields, some of which may have several lines.
        if not isinstance(field, serializers.BaseSerializer):
            check_quiet(value, field=name, is_multiline=getattr(field, "is_multiline", False))

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        writable = {name for name, field in self.fields.items() if not field.read_only}
        unknown = [str(name) for name in data if name not in writable]
        if unknown:
            sentence = "There is no such field here. Remove it."
            raise serializers.ValidationError({name: [sentence] for name in unknown})


class Nothing(Values):
    """For actions that need no values."""


class Shape(serializers.Serializer[Any]):
    """What a caller gets: the declared fields and no other. `for_operators` are left out for everybody else."""

    for_operators: ClassVar[tuple[str, ...]] = ()
    # Secrets that an answer tells at their birth and never again.
    told_once: ClassVar[tuple[str, ...]] = ()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The row as plain values."""
        shown: dict[str, Any] = super().to_representation(instance)
        caller: Caller | None = self.context.get("caller")
        if self.for_operators and not (caller and caller.is_root_admin):
            for name in self.for_operators:
                shown.pop(name, None)
        return shown


class NamedShape(Shape):
    """Another thing, by uuid and name."""

    uuid = serializers.UUIDField()
    name = serializers.CharField(source="__str__")


class RowShape(Shape):
    """What every row says of itself."""

    uuid = serializers.UUIDField()
    created_at = serializers.DateTimeField()


class RefusalShape(Shape):
    """Why something was refused."""

    code = serializers.CharField(help_text="Stable word for programs.")
    detail = serializers.CharField(help_text="A sentence for people: what happened and what to do.")
    values = serializers.DictField(help_text="The numbers and names in the sentence.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="What is wrong with which field.",
    )


class EffectShape(Shape):
    """One thing that would happen. More values beside these two depend on the kind."""

    kind = serializers.CharField()
    sentence = serializers.CharField()


class PlanShape(Shape):
    """All that would happen, or the refusal that the change would meet."""

    effects = EffectShape(many=True)
    refusal = RefusalShape(allow_null=True)
    fingerprint = serializers.CharField(help_text="Send it back as X-Plan to get exactly this or nothing.")


class PlanAnswerShape(Shape):
    """The answer to `?plan=1`."""

    plan = PlanShape()


def shown(shape: type[Shape], row: Any, caller: Caller | None) -> dict[str, Any]:
    """The row in its shape, as this caller may see it."""
    return dict(shape(row, context={"caller": caller}).data)


def shown_all(shape: type[Shape], rows: Any, caller: Caller | None) -> list[dict[str, Any]]:
    """The rows in their shape, as this caller may see them."""
    return list(shape(rows, many=True, context={"caller": caller}).data)


def component_name(shape: type[Any]) -> str:
    """What the OpenAPI document calls a shape: its class without the word Shape."""
    return shape.__name__.removesuffix("Shape")
