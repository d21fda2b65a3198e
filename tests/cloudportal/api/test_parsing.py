"""What the REST door takes in: JSON of a bounded length, declared fields, quiet texts."""

import json

import pytest

from compute.topology.models import Region
from tests.support.clients import RestClient
from tests.support.factories import make_personas


@pytest.fixture
def root(db):
    return RestClient(make_personas().root_admin)


def check_refusal(answer, status, code):
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert set(body) == {"code", "detail", "values", "fields"}
    assert body["detail"]
    return body


def test_a_body_that_is_too_long_is_refused_before_it_is_read_to_its_end(root, settings):
    settings.API_BODY_BYTES = 100
    answer = root.raw("POST", "regions/", b'{"name":"' + b"x" * 200 + b'"}')
    assert check_refusal(answer, 413, "too-large")["values"] == {"most_bytes": 100}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"name=x",
        b'{"name": NaN}',
        b'{"name": "\xff"}',
        b"[" * 100_000,
        b'{"name": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_body_that_is_no_json_is_refused(root, body):
    check_refusal(root.raw("POST", "regions/", body), 400, "unreadable")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_nothing_but_json_is_taken(root, kind):
    check_refusal(root.raw("POST", "regions/", b"name=x", content_type=kind), 415, "unsupported-media-type")


def test_nothing_but_json_is_answered(root):
    check_refusal(root.get("regions/", Accept="text/html"), 406, "not-acceptable")


@pytest.mark.parametrize("body", ["[]", '"x"', "7", "null"])
def test_a_body_that_is_no_object_is_refused(root, body):
    check_refusal(root.raw("POST", "regions/", body), 400, "invalid-input")


def test_a_field_that_is_not_declared_is_refused_by_its_name(root):
    body = check_refusal(
        root.post("regions/", {"name": "x", "id": 1, "created_at": "2030-01-01"}), 400, "invalid-input"
    )
    assert set(body["fields"]) == {"id", "created_at"}
    assert not Region.objects.exists()


@pytest.mark.parametrize(
    "text", ["a\0b", "a\nb", "a\x1bb", "a\x7fb", "a\u2028b", "a\u202eb", "a\x85b", "\ud800", "a\tb"]
)
def test_control_characters_are_refused_with_the_name_of_the_field(root, text):
    answer = root.raw("POST", "regions/", json.dumps({"name": text}))
    assert list(check_refusal(answer, 400, "invalid-input")["fields"]) == ["name"]


def test_control_characters_are_found_however_deep_they_lie(root):
    values = {"cluster": "7f1f3c1e-0000-4000-8000-000000000000", "name": "x", "tags": ["fine", "bad\0"]}
    assert list(check_refusal(root.post("hosts/", values), 400, "invalid-input")["fields"]) == ["tags"]


def test_a_missing_and_a_wrong_field_are_named_together(root):
    body = check_refusal(root.post("pods/", {"zone": "no uuid"}), 400, "invalid-input")
    assert set(body["fields"]) == {"name", "zone"}


def test_no_body_is_an_empty_object(root):
    answer = root.raw("POST", "regions/", b"")
    assert list(check_refusal(answer, 400, "invalid-input")["fields"]) == ["name"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_before_the_first_or_after_the_last_is_refused(root, moment):
    answer = root.get("instances/", {"created_at_from": moment})
    assert list(check_refusal(answer, 400, "invalid-input")["fields"]) == ["created_at_from"]


def test_a_moment_of_any_zone_is_taken(root):
    assert root.get("instances/", {"created_at_from": "2030-01-31T12:00:00+14:00"}).status_code == 200
