import subprocess
import uuid

import pytest
from django.test import TestCase

from deploy import suite
from tests.support.services import selection


@pytest.fixture
def rounds(monkeypatch):
    """Notes each round of pytest instead of running it; a test says what each answers."""
    ran, answers = [], []

    class Server:
        environment = {"PORTAL_DATABASE": "mysql://here"}

    def run(command, *, env, **options):
        ran.append((command, env.get("PORTAL_DATABASE")))
        return subprocess.CompletedProcess(command, answers.pop(0))

    monkeypatch.delenv("PORTAL_DATABASE", raising=False)
    monkeypatch.setattr(suite.subprocess, "run", run)
    monkeypatch.setattr(suite.mariadb, "start", lambda directory: Server)
    monkeypatch.setattr(suite.mariadb, "stop", lambda server: ran.append(("stopped", None)))
    return ran, answers


def test_everything_runs_on_sqlite_and_then_the_database_tests_on_mariadb(rounds):
    ran, answers = rounds
    answers += [0, 0]
    assert suite.main(["-x"]) == 0
    (first, without), (second, with_server), (last, _) = ran
    assert not {"--database-only", "--migrations"} & set(first) and "-x" in first and without is None
    assert {"--database-only", "--migrations", "-x"} <= set(second) and with_server == "mysql://here"
    assert last == "stopped"


@pytest.mark.parametrize(
    ("answers", "outcome"), [([0, 0], 0), ([1, 0], 1), ([0, 1], 1), ([1, 2], 1), ([0, 5], 0), ([5, 0], 0)]
)
def test_any_failure_of_either_round_fails_the_suite(rounds, answers, outcome):
    rounds[1].extend(answers)
    assert suite.main([]) == outcome
    assert len(rounds[0]) == 3


def test_a_plain_test_needs_no_second_database(request):
    assert not selection.touches_database(request.node)


@pytest.mark.django_db
def test_one_that_is_marked_needs_it(request):
    assert selection.touches_database(request.node)


def test_one_that_asks_for_rows_needs_it(request, db):
    assert selection.touches_database(request.node)


class TestOfDjango(TestCase):
    @pytest.fixture(autouse=True)
    def node(self, request):
        self.node = request.node

    def test_one_of_djangos_own_kind_needs_it(self):
        assert selection.touches_database(self.node)


def test_one_that_asks_for_a_real_service_is_real_and_stays_on_one_worker(request, slapd_server):
    assert request.node.get_closest_marker("real")
    assert request.node.get_closest_marker("xdist_group").args == ("real",)
    # How the scheduler hears of it, where there is one that asks.
    asks = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@real") == asks


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (subprocess, "subprocess"),
        (suite.main, "main"),
        (uuid.uuid4(), "argument"),
        (f"volume-{uuid.uuid4()}", "volume-uuid"),
        ("volume-one", None),
        (7, None),
    ],
)
def test_the_name_of_a_parameter_is_the_same_in_every_worker(value, name):
    assert selection.pytest_make_parametrize_id(None, value, "argument") == name


def test_one_that_asks_for_none_is_not(request):
    assert not request.node.get_closest_marker("real")
