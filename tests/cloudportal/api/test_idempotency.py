"""The same create, sent twice, is carried out once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from cloudportal.api.models import IdempotencyKey
from cloudportal.core import clock
from compute.topology.models import Region
from tests.support.clients import RestClient
from tests.support.factories import make_personas


@pytest.fixture
def personas(db):
    return make_personas()


@pytest.fixture
def root(personas):
    return RestClient(personas.root_admin)


def create(client, key, name="north"):
    return client.post("regions/", {"name": name}, Idempotency_Key=key)


def test_a_create_sent_twice_is_answered_twice_and_done_once(root):
    first, second = create(root, "k1"), create(root, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    assert first["ETag"] == second["ETag"]
    assert second["Idempotency-Replayed"] == "true"
    assert Region.objects.count() == 1


def test_a_key_belongs_to_one_request(root):
    create(root, "k1")
    answer = create(root, "k1", name="south")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert Region.objects.count() == 1


def test_a_key_belongs_to_one_caller(root, personas):
    create(root, "k1")
    other = RestClient(make_personas().root_admin)
    assert create(other, "k1", name="south").status_code == 201


def test_a_refused_create_leaves_its_key_free(root):
    create(root, "k0")
    assert create(root, "k1").status_code == 409
    assert create(root, "k1", name="south").status_code == 201


def test_a_key_is_forgotten_after_a_day(root):
    create(root, "k1")
    IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=25))
    assert create(root, "k1", name="south").status_code == 201
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 101, "a b", "ä"])
def test_a_key_that_makes_no_sense_is_refused(root, key):
    answer = create(root, key)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["Idempotency-Key"])


def test_a_plan_uses_up_no_key(root):
    root.post("regions/?plan=1", {"name": "north"}, Idempotency_Key="k1")
    assert not IdempotencyKey.objects.exists()
    assert create(root, "k1").status_code == 201


def test_what_was_answered_is_not_kept_in_clear(root):
    create(root, "k1", name="a-name-to-look-for")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_idempotencykey")
        assert "a-name-to-look-for" not in str(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_of_creates_sent_at_the_same_time_one_is_done_and_all_are_answered_alike():
    caller = make_personas().root_admin
    start = Barrier(4)

    def send(_):
        try:
            start.wait(timeout=10)
            return create(RestClient(caller), "k1")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Region.objects.count() == 1
