"""With the directory down, local users come in at once, and the others are told what is wrong."""

import socket
import time

import pytest

from cloudportal.events.models import Alert, Event
from deploy.services import slapd as slapd_service
from tenants.directory import backend
from tenants.services.sign_in import DirectoryUnavailable, SignInRefused, sign_in
from tests.support import factories
from tests.support.directory_data import dn_of, group, make_server, map_group, real_values
from tests.support.factories import PASSWORD
from tests.support.requests import request_from

pytestmark = [pytest.mark.django_db, pytest.mark.real]


@pytest.fixture(autouse=True)
def no_waiting(settings):
    settings.SIGN_IN_REFUSAL_SECONDS = 0


@pytest.fixture
def domain():
    return factories.make_domain(name="acme")


@pytest.fixture
def local(domain):
    return factories.make_user(factories.make_account(domain, "Domain Admin"), "keeper", PASSWORD)


@pytest.fixture
def silent_uri():
    """A directory that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def company(domain, start_slapd):
    """A directory of the test's own, and its row here."""
    running = start_slapd()
    server = make_server(domain, **real_values(running, timeout_seconds=1))
    map_group(server, group("engineering"))
    return running


def enter(company, username="ada", password=None):
    return sign_in(request_from(), "acme", username, password or company.passwords[dn_of(username)])


def test_with_the_directory_down_a_local_administrator_comes_in_without_asking_it(
    company, local, monkeypatch
):
    slapd_service.stop(company)
    asked = []
    monkeypatch.setattr(backend.lookup, "identify", lambda *_: asked.append("directory"))
    assert enter(company, "keeper", PASSWORD) == local
    assert not asked


def test_a_directory_that_hangs_holds_no_local_user_up(domain, local, silent_uri):
    make_server(domain, uris=[silent_uri], timeout_seconds=15)
    began = time.monotonic()
    assert sign_in(request_from(), "acme", "keeper", PASSWORD) == local
    assert time.monotonic() - began < 10


def test_people_of_the_directory_are_told_that_it_does_not_answer(company):
    assert enter(company).username == "ada"
    slapd_service.stop(company)
    with pytest.raises(DirectoryUnavailable) as caught:
        enter(company)
    assert caught.value.status == 503
    assert "does not answer" in caught.value.detail


def test_nobody_learns_from_the_outage_who_is_a_local_user(company, local):
    slapd_service.stop(company)
    answers = []
    for username in ("ada", "keeper", "nobody"):
        with pytest.raises(DirectoryUnavailable) as caught:
            enter(company, username, "wrong")
        answers.append(caught.value.detail)
    assert len(set(answers)) == 1


def test_operators_are_alerted_until_it_answers_again(domain, company, start_slapd):
    slapd_service.stop(company)
    for _ in range(2):
        with pytest.raises(DirectoryUnavailable):
            enter(company)
    alert = Alert.objects.get(code="directory-silent")
    assert (alert.times, alert.is_open) == (2, True)
    assert "Connection refused" in alert.detail
    start_slapd(ports=(company.port, company.secure_port), passwords=company.passwords)
    assert enter(company).username == "ada"
    alert.refresh_from_db()
    assert not alert.is_open


def test_a_wrong_password_is_an_answer_too(domain, company):
    Alert.objects.create(
        code="directory-silent", open_key=f"directory-silent|{domain.directory_servers.get().uuid}"
    )
    with pytest.raises(SignInRefused):
        enter(company, "ada", "wrong")
    assert not Alert.objects.get().is_open


def test_a_directory_that_hangs_is_given_up_in_time(domain, silent_uri):
    make_server(domain, uris=[silent_uri], timeout_seconds=1)
    began = time.monotonic()
    with pytest.raises(DirectoryUnavailable):
        sign_in(request_from(), "acme", "ada", "whatever")
    assert time.monotonic() - began < 10


def test_the_other_addresses_of_a_directory_are_tried(domain, slapd_server, silent_uri):
    uris = ["ldap://127.0.0.1:9", silent_uri, slapd_server.uri]
    server = make_server(domain, **real_values(slapd_server, uris=uris, timeout_seconds=1))
    map_group(server, group("engineering"))
    assert enter(slapd_server).username == "ada"


def test_the_next_directory_is_asked_when_the_first_is_down(domain, slapd_server):
    make_server(domain, name="Gone")
    server = make_server(domain, **real_values(slapd_server, name="Here", position=2))
    map_group(server, group("engineering"))
    assert enter(slapd_server).username == "ada"
    with pytest.raises(DirectoryUnavailable):
        enter(slapd_server, "ada", "wrong")


def test_the_event_names_the_silent_directory(company):
    slapd_service.stop(company)
    with pytest.raises(DirectoryUnavailable):
        enter(company)
    assert Event.objects.filter(level="warning").first().after["why"] == "Company directory does not answer"
