"""Which directories are asked at a domain, with what, and what their answers lead to."""

from types import SimpleNamespace

import pytest

from cloudportal.events.models import Alert
from tenants.directory import backend
from tenants.directory.faults import DirectorySilent, DisabledThere, NotThem
from tenants.directory.people import Person
from tenants.models import User
from tenants.queries.sign_in import directories_asked_at
from tenants.services.sign_in import DirectoryUnavailable, SignInRefused, sign_in
from tests.support import factories
from tests.support.clients import counted_queries
from tests.support.directory_data import dn_of, group, make_server, map_group
from tests.support.factories import PASSWORD
from tests.support.requests import request_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain():
    return factories.make_domain(name="acme")


@pytest.fixture
def asked(monkeypatch):
    """Keeps what directories are asked, and answers with what the test puts under the server's name."""
    questions, answers = [], {}

    def identify(server, username, password):
        questions.append((server.name, username, password))
        answer = answers.get(server.name, NotThem("no"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(backend.lookup, "identify", identify)
    return SimpleNamespace(questions=questions, answers=answers)


def ada():
    return Person(dn_of("ada"), "ada", "entryUUID:ada", groups=frozenset({group("engineering")}))


TYPED = "typed password"


def enter(username="ada", password=TYPED, where="acme"):
    return sign_in(request_from(), where, username, password)


def names_asked_at(domain):
    return [server.name for server in directories_asked_at(domain)]


def test_directories_are_asked_in_their_order_until_one_knows_them(domain, asked):
    for position, name in [(3, "third"), (1, "first"), (2, "second")]:
        map_group(make_server(domain, name=name, position=position), group("engineering"))
    asked.answers["second"] = ada()
    assert enter().username == "ada"
    assert [name for name, _, _ in asked.questions] == ["first", "second"]


def test_other_domains_directories_are_not_asked(domain):
    make_server(factories.make_domain(name="other"), name="theirs")
    make_server(domain, name="ours")
    assert names_asked_at(domain) == ["ours"]


def test_a_directory_above_is_asked_where_it_maps_a_group_into_the_domain(domain):
    below = factories.make_domain(domain, "research")
    above = make_server(domain, name="above")
    make_server(below, name="own")
    assert names_asked_at(below) == ["own"]
    map_group(above, group("engineering"), domain_uuid=below.uuid)
    map_group(above, group("research"), domain_uuid=below.uuid)
    assert names_asked_at(below) == ["own", "above"]
    assert names_asked_at(domain) == ["above"]


def test_somebody_from_above_signs_in_at_their_own_domain(domain, asked):
    below = factories.make_domain(domain, "research")
    map_group(make_server(domain, name="above"), group("engineering"), domain_uuid=below.uuid)
    asked.answers["above"] = ada()
    assert enter(where="acme/research") == enter(where="acme")


@pytest.mark.parametrize("password", ["", " ", "\0", "a\0b"])
def test_a_blank_password_is_not_even_asked_about(domain, asked, password):
    make_server(domain)
    with pytest.raises(SignInRefused):
        enter(password=password)
    assert not asked.questions


def test_what_a_local_user_mistyped_is_not_told_to_a_directory(domain, asked):
    make_server(domain)
    factories.make_user(factories.make_account(domain), "keeper", PASSWORD)
    with pytest.raises(SignInRefused):
        enter("keeper")
    ((_, username, password),) = asked.questions
    assert username == "keeper"
    assert password
    assert password != TYPED


def test_a_local_user_is_asked_about_in_as_many_queries_as_a_stranger(domain, asked):
    make_server(domain)
    factories.make_user(factories.make_account(domain), "keeper", PASSWORD)
    counts = []
    for username in ("keeper", "nobody"):
        with counted_queries() as queries, pytest.raises(SignInRefused):
            enter(username)
        counts.append(len([one for one in queries if "django_session" not in one["sql"]]))
    assert counts[0] == counts[1]
    assert len(asked.questions) == 2


def test_a_good_local_password_asks_no_directory(domain, asked):
    make_server(domain)
    local = factories.make_user(factories.make_account(domain), "keeper", PASSWORD)
    assert enter("keeper", PASSWORD) == local
    assert not asked.questions


def test_a_silent_directory_hides_no_other(domain, asked):
    map_group(make_server(domain, name="second", position=2), group("engineering"))
    make_server(domain, name="first")
    asked.answers.update(first=DirectorySilent("down"), second=ada())
    assert enter().username == "ada"


def test_silence_is_told_only_when_nobody_knows_them(domain, asked):
    make_server(domain, name="first")
    make_server(domain, name="second", position=2)
    asked.answers["second"] = DirectorySilent("down")
    with pytest.raises(DirectoryUnavailable):
        enter()
    alert = Alert.objects.get(code="directory-silent")
    assert (alert.detail, alert.subject_name) == ("down", "second")


def test_an_answer_clears_the_alert(domain, asked):
    make_server(domain, name="first")
    asked.answers["first"] = DirectorySilent("down")
    with pytest.raises(DirectoryUnavailable):
        enter()
    asked.answers["first"] = NotThem("no")
    with pytest.raises(SignInRefused):
        enter()
    assert not Alert.objects.get().is_open


def test_a_disabled_entry_ends_what_its_user_had(domain, asked):
    map_group(make_server(domain, name="first"), group("engineering"))
    asked.answers["first"] = ada()
    user = enter()
    asked.answers["first"] = DisabledThere(dn_of("ada"), "nsaccountlock")
    with pytest.raises(SignInRefused):
        enter()
    assert User.objects.get(pk=user.pk).session_salt != user.session_salt
