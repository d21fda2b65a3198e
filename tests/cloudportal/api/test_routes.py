"""What the REST door is made of: every route declared, bounded and described."""

import re

import pytest
from django.core.management import call_command
from rest_framework import serializers

from cloudportal.api.routes import all_routes
from cloudportal.core.actions import all_actions
from tests.support.clients import RestClient

ROUTES = all_routes()
WORD = re.compile(r":str}")
CHANGES = [route for route in ROUTES if not route.operation.reads]


def fields_of(values, prefix=""):
    for name, field in values.fields.items():
        yield f"{prefix}{name}", field
        inner = getattr(field, "child", field)
        if isinstance(inner, serializers.BaseSerializer):
            yield from fields_of(inner, f"{prefix}{name}.")


def taken_fields():
    for route in CHANGES:
        if route.operation.takes is not None:
            yield from (
                (f"{route.name}: {name}", field) for name, field in fields_of(route.operation.takes())
            )


def test_there_are_routes():
    assert len(ROUTES) > 40
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_every_permission_that_a_route_asks_for_is_declared():
    names = {action.name for action in all_actions()}
    assert {route.action_name for route in ROUTES} - names <= {None}


def test_every_text_has_a_length():
    texts = [(name, field) for name, field in taken_fields() if isinstance(field, serializers.CharField)]
    assert texts
    assert [name for name, field in texts if not field.max_length] == []


def test_every_number_has_bounds():
    numbers = [(name, field) for name, field in taken_fields() if isinstance(field, serializers.IntegerField)]
    assert numbers
    assert [name for name, field in numbers if field.max_value is None or field.min_value is None] == []


def test_every_list_has_a_length():
    lists = [(name, field) for name, field in taken_fields() if isinstance(field, serializers.ListField)]
    assert [name for name, field in lists if not field.max_length] == []


def test_nothing_that_is_sent_is_tied_to_a_model():
    tied = (serializers.ModelSerializer, serializers.RelatedField)
    assert [name for name, field in taken_fields() if isinstance(field, tied)] == []


def test_secrets_are_shown_at_their_birth_or_never():
    words = ("secret", "password", "private", "token")
    shown = [(route, shape) for route in ROUTES for shape in route.operation.answers.values() if shape]
    leaks = [
        (route.name, name)
        for route, shape in shown
        for name, field in fields_of(shape())
        if any(word in name for word in words) and isinstance(field, serializers.CharField)
        if name not in (*shape.told_once, "csrf_token")
    ]
    assert leaks == []


def test_what_is_told_once_is_not_remembered_with_a_create():
    tells = [route for route in ROUTES if any(s and s.told_once for s in route.operation.answers.values())]
    creates = [route for route in tells if route.operation.is_create]
    assert creates
    assert all(route.operation.told_once for route in creates)


@pytest.mark.django_db
def test_the_document_describes_every_route_without_a_warning(tmp_path):
    path = tmp_path / "openapi.yaml"
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(path))
    text = path.read_text()
    assert all(f"operationId: {word}" in text for word in ("regions_list", "hosts_create", "jobs_abort"))
    assert text.count("operationId:") == len(ROUTES)


@pytest.mark.django_db
def test_the_running_portal_serves_its_own_document():
    answer = RestClient().get("openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert set(answer.json()["paths"]) == {f"/api/v1/{WORD.sub('}', route.path)}" for route in ROUTES}
