"""One shape for every refusal, and nothing of the inside in any."""

import pytest
from django.db import OperationalError, connection

from cloudportal.api import errors
from cloudportal.core.errors import LimitReached
from tests.support.clients import RestClient
from tests.support.factories import make_personas
from tests.support.factories_infra import make_host


@pytest.fixture
def root(db):
    return RestClient(make_personas().root_admin)


def shape_of(answer):
    assert answer["Content-Type"] == "application/json"
    assert set(answer.json()) == {"code", "detail", "values", "fields"}
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "address", ["nothing/", "regions", "regions/7/", "regions/x/enable/", "../v2/regions/", "."]
)
def test_an_address_that_is_not_there_is_answered_in_json(root, address):
    assert shape_of(root.get(address)) == (404, "not-found")
    assert shape_of(root.post(address)) == (404, "not-found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"])
def test_a_method_that_an_address_does_not_take(root, method):
    answer = root.raw(method, "regions/", b"")
    assert shape_of(answer) == (405, "method-not-allowed")


def test_a_host_that_is_not_ours_is_refused_in_json(root):
    assert shape_of(root.get("regions/", Host="evil.example.org")) == (400, "refused")


def test_a_refusal_carries_its_numbers():
    error = LimitReached(owner="The account a", maximum=5, resource="volumes", used=5, wanted=1)
    status, body, _ = errors.described(error)
    assert (status, body["code"]) == (409, "limit-reached")
    assert body["values"] == {
        "owner": "The account a",
        "maximum": 5,
        "resource": "volumes",
        "used": 5,
        "wanted": 1,
    }
    assert "5" in body["detail"]


def test_a_mistake_of_ours_tells_its_number_and_nothing_else(root, caplog):
    make_host()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE topology_host SET secrets = 'hunter2'")
    answer = root.get("hosts/")
    assert shape_of(answer) == (500, "internal")
    assert "hunter2" not in answer.content.decode()
    assert "encryption" not in answer.content.decode()
    incident = answer.json()["values"]["incident"]
    assert incident in answer.json()["detail"]
    assert any(incident in record.getMessage() and record.exc_info for record in caplog.records)


def test_a_transaction_that_had_to_give_way_may_be_sent_again():
    for error in (OperationalError(1213, "Deadlock found"), OperationalError("database is locked")):
        status, body, headers = errors.described(error)
        assert (status, body["code"], headers) == (503, "try-again", {"Retry-After": "1"})


def test_another_fault_of_the_database_is_ours():
    status, body, _ = errors.described(OperationalError(2006, "Server has gone away"))
    assert (status, body["code"]) == (500, "internal")
    assert "gone away" not in body["detail"]


def test_nested_complaints_get_dotted_names():
    detail = {"nics": [{}, {"network": ["Give a uuid."]}], "size": ["Too big."]}
    assert errors.invalid(detail).fields == {"nics.1.network": ["Give a uuid."], "size": ["Too big."]}
