"""How operations describe themselves in the OpenAPI document."""

from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer

from cloudportal.api.filters import Filter
from cloudportal.api.shapes import Nothing, PlanAnswerShape, RefusalShape, component_name

# The framework reads this module while it makes its first view class, so views must not be needed to read it.
if TYPE_CHECKING:
    from cloudportal.api.operations import Operation, OperationView, Parameter

SECURITY: tuple[dict[str, list[str]], ...] = ({"token": []}, {"apiKey": []}, {"session": []})


class PortalSchema(AutoSchema):
    """Reads everything from the operation; nothing is guessed."""

    @property
    def operation(self) -> "Operation":
        """What is being described."""
        return cast("OperationView", self.view).operations[self.method]

    def get_operation_id(self) -> str:
        """As in `instances_start`."""
        words = [part for part in self.operation.path.split("/") if part and not part.startswith("{")]
        if words and words[-1] == self.operation.name:
            words.pop()
        return "_".join([*words, self.operation.name]).replace("-", "_")

    def get_tags(self) -> list[str]:
        """The plural noun that the path begins with."""
        return [self.operation.path.split("/")[0]]

    def get_summary(self) -> str:
        """What the operation says of itself."""
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]
        """Which permission it needs."""
        operation = self.operation
        if operation.action is not None:
            return f"Needs the permission `{operation.action.name}`."
        return "Open to everybody." if operation.is_open else "Open to everybody who is signed in."

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The credentials that the door takes."""
        return [] if self.operation.is_open else [dict(one) for one in SECURITY]

    def get_filter_backends(self) -> list[Any]:
        """Filters are declared on the operation."""
        return []

    def get_request_serializer(self) -> Any:
        """What it takes."""
        takes = self.operation.takes
        return None if self.operation.reads or takes in {None, Nothing} else takes

    def get_response_serializers(self) -> Any:
        """What it answers, and the one shape of every refusal."""
        answers: dict[Any, Any] = dict(self.operation.answers)
        if self.operation.can_be_planned:
            answers[200] = _or_plan(answers.get(200))
        return {**answers, "default": RefusalShape}

    def get_override_parameters(self) -> list[Any]:
        """Filters, other query parameters, and the headers that mean something here."""
        operation = self.operation
        filters = [_filter(one) for one in operation.filters]
        others = [_parameter(one, OpenApiParameter.QUERY) for one in operation.query_parameters]
        headers = [_parameter(one, OpenApiParameter.HEADER) for one in operation.headers]
        return [*filters, *others, *headers]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """The class's name, without the word Shape."""
        return component_name(type(serializer))


def _or_plan(shape: Any) -> Any:
    if shape is None:
        return PlanAnswerShape
    name = f"{component_name(shape)}OrPlan"
    return PolymorphicProxySerializer(name, [shape, PlanAnswerShape], resource_type_field_name=None)


def _filter(one: Filter) -> OpenApiParameter:
    schema: dict[str, Any] = {"type": one.kind.type}
    if one.kind.format:
        schema["format"] = one.kind.format
    if one.choices:
        schema["enum"] = list(one.choices)
    return OpenApiParameter(
        one.name,
        {"type": "array", "items": schema},
        description=one.help or "Several values mean any of them.",
    )


def _parameter(one: "Parameter", location: Any) -> OpenApiParameter:
    return OpenApiParameter(one.name, {"type": one.type}, location, description=one.help)
