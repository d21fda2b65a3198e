"""What the REST door reads: JSON of a bounded length at every address, and texts without hidden characters."""

import json

import pytest
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from cloudportal.api.parsing import BoundedJson
from cloudportal.api.routes import all_routes
from cloudportal.api.shapes import Nothing
from tests.architecture.permissions.rows import VALUES
from tests.architecture.permissions.things import World
from tests.security.doors import browser_of, rest_doors, rest_views
from tests.security.rows import everything

pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in all_routes()}
CHANGING = sorted(name for name, route in ROUTES.items() if not route.operation.reads)
FORMS = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/xml",
)
# Lines that would begin another line of a file, text that shows itself backwards, and what ends a C string.
LOUD = (
    "two\nlines",
    "two\rlines",
    "tab\there",
    "null\x00byte",
    "turned\u202eround",
    "\u2028",
    "\ud800",
    "\x1b[2J",
)
LOUD_IN_LINES = ("null\x00byte", "turned\u202eround", "\u2028", "\ud800", "\x1b[2J")


def test_every_route_reads_and_answers_json_and_nothing_else():
    assert {tuple(view.parser_classes) for view in rest_views()} == {(BoundedJson,)}
    assert {tuple(view.renderer_classes) for view in rest_views()} == {(JSONRenderer,)}


def test_no_route_takes_a_form():
    world = World()
    browser = browser_of(world.personas.root_admin)
    changing = [door for door in rest_doors(world) if door.method != "GET"]
    before = everything()
    for kind in FORMS:
        told = {
            one.name: browser.generic(one.method, one.path, b"name=x", content_type=kind) for one in changing
        }
        assert {name: one.status_code for name, one in told.items() if one.status_code != 415} == {}, kind
    assert everything() == before


def test_no_route_reads_more_than_it_must(settings):
    settings.API_BODY_BYTES = 4096
    world = World()
    browser = browser_of(world.personas.root_admin)
    body = json.dumps({"name": "x" * 5000})
    changing = [door for door in rest_doors(world) if door.method != "GET"]
    told = {
        one.name: browser.generic(one.method, one.path, body, content_type="application/json")
        for one in changing
    }
    assert {name: one.status_code for name, one in told.items() if one.status_code != 413} == {}


def text_fields(name):
    """The route's own texts, with whether they may have several lines."""
    fields = (ROUTES[name].operation.takes or Nothing)().fields
    texts = {key: field for key, field in fields.items() if isinstance(field, serializers.CharField)}
    return {key: bool(getattr(field, "is_multiline", False)) for key, field in texts.items()}


@pytest.mark.parametrize(("texts", "has_lines"), [(LOUD, False), (LOUD_IN_LINES, True)])
def test_no_text_has_hidden_characters(texts, has_lines):
    world = World()
    browser = browser_of(world.personas.root_admin)
    doors = {door.name: door for door in rest_doors(world)}
    places = [
        (name, field) for name in CHANGING for field, lines in text_fields(name).items() if lines is has_lines
    ]
    assert places
    bodies = {name: VALUES[name](world) if name in VALUES else {} for name, _ in places}
    before, told = everything(), []
    for name, field in places:
        for text in texts:
            body = json.dumps({**bodies[name], field: text})
            answer = browser.generic(
                doors[name].method, doors[name].path, body, content_type="application/json"
            )
            told.append((answer.status_code, name, field, text))
    assert [one for one in told if one[0] != 400] == []
    assert everything() == before
