"""Signing in with a password that the portal keeps."""

import pytest
from django.contrib.sessions.models import Session

from cloudportal.events.models import Event
from tenants import states
from tenants.models import User
from tenants.queries.sign_in import domain_named
from tenants.services import sign_in as service
from tenants.services.sign_in import SignInRefused, sign_in, sign_out
from tests.support import factories
from tests.support.clients import counted_queries
from tests.support.factories import PASSWORD
from tests.support.requests import request_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain():
    return factories.make_domain(name="acme")


@pytest.fixture
def user(domain):
    return factories.make_user(factories.make_account(domain), "ada", PASSWORD)


def refusal_of(*values):
    with pytest.raises(SignInRefused) as caught:
        sign_in(request_from(), *values)
    return caught.value


def test_domain_name_and_password_let_in(user):
    request = request_from()
    assert sign_in(request, "acme", "ada", PASSWORD) == user
    assert request.user == user


def test_a_user_name_may_be_typed_in_any_case_and_with_blanks(user):
    assert sign_in(request_from(), "ACME", " Ada ", PASSWORD) == user


def test_no_domain_means_root(user):
    root = factories.make_root_admin("operator", PASSWORD)
    assert sign_in(request_from(), "", "operator", PASSWORD) == root
    refusal_of("", "ada", PASSWORD)


@pytest.mark.parametrize(
    "words",
    ["acme/research", "/acme/research/", "ROOT/acme/research", "root/Acme/RESEARCH", " acme / research "],
)
def test_a_domain_is_named_by_its_path(domain, words):
    below = factories.make_domain(domain, "research")
    factories.make_domain(name="research")
    assert domain_named(words) == below


def test_a_domain_is_named_by_its_uuid(domain):
    assert domain_named(str(domain.uuid)) == domain


@pytest.mark.parametrize("words", ["nowhere", "acme/nowhere", "nowhere/acme", "ROOT/ROOT", "acme/ROOT"])
def test_a_path_that_leads_nowhere_is_no_domain(domain, words):
    assert domain_named(words) is None


def test_looking_for_a_domain_takes_as_long_whether_it_is_there_or_not(domain):
    factories.make_domain(domain, "research")
    with counted_queries() as known:
        domain_named("acme/research")
    with counted_queries() as unknown:
        domain_named("strange/research")
    assert len(known) == len(unknown)


def test_every_failure_gets_the_same_answer(user):
    disabled = factories.make_user(user.account, "grace", PASSWORD, state=states.DISABLED)
    directory = factories.make_user(user.account, "emmy", PASSWORD, source="directory")
    closed = factories.make_account(user.domain)
    shut_out = factories.make_user(closed, "joan", PASSWORD)
    type(closed).objects.filter(pk=closed.pk).update(state=states.DISABLED)
    tries = [
        ("acme", "ada", "wrong"),
        ("acme", "nobody", PASSWORD),
        ("nowhere", "ada", PASSWORD),
        ("acme", disabled.username, PASSWORD),
        ("acme", directory.username, PASSWORD),
        ("acme", shut_out.username, PASSWORD),
        ("acme", "ada", ""),
        ("acme", "ada", "   "),
        ("acme", "", PASSWORD),
        ("acme", "ádá", PASSWORD),
        ("acme", "ada\0", PASSWORD),
        ("acme", "ada", PASSWORD + "x" * 5000),
    ]
    answers = {
        (one.code, one.status, one.detail, str(one.values)) for one in map(lambda t: refusal_of(*t), tries)
    }
    assert len(answers) == 1


def test_a_name_that_is_in_one_domain_only_is_not_given_away(user):
    assert refusal_of("", "ada", PASSWORD).detail == refusal_of("", "nobody", PASSWORD).detail


def test_an_unknown_name_costs_a_hash_as_a_known_one_does(user, monkeypatch):
    hashed = []
    hasher = "django.contrib.auth.hashers.Argon2PasswordHasher"
    real_encode, real_verify = f"{hasher}.encode", f"{hasher}.verify"
    monkeypatch.setattr(real_encode, lambda self, *_: hashed.append("encode") or "argon2$x")
    monkeypatch.setattr(real_verify, lambda self, *_: hashed.append("verify") or False)
    refusal_of("acme", "ada", "wrong")
    known = len(hashed)
    refusal_of("acme", "nobody", "wrong")
    assert (known, len(hashed)) == (1, 2)


def test_a_refusal_is_given_at_the_next_multiple_of_the_refusal_time(user, settings, monkeypatch):
    settings.SIGN_IN_REFUSAL_SECONDS = 0.5
    slept = []
    moments = iter([100.0, 100.7])
    monkeypatch.setattr(service.time, "monotonic", lambda: next(moments))
    monkeypatch.setattr(service.time, "sleep", slept.append)
    refusal_of("acme", "nobody", "wrong")
    assert slept == [pytest.approx(0.3)]


def test_who_is_let_in_does_not_wait(user, settings, monkeypatch):
    settings.SIGN_IN_REFUSAL_SECONDS = 0.5
    slept = []
    monkeypatch.setattr(service.time, "sleep", slept.append)
    assert sign_in(request_from(), "acme", "ada", PASSWORD)
    assert not slept


def test_signing_in_makes_a_session_with_a_new_key(user):
    request = request_from()
    request.session["planted"] = "by somebody else"
    request.session.save()
    planted = request.session.session_key
    sign_in(request, "acme", "ada", PASSWORD)
    assert request.session.session_key != planted
    assert "planted" not in request.session
    assert not Session.objects.filter(session_key=planted).exists()


def test_signing_in_again_changes_the_key_too(user):
    request = request_from()
    sign_in(request, "acme", "ada", PASSWORD)
    first = request.session.session_key
    sign_in(request, "acme", "ada", PASSWORD)
    assert request.session.session_key != first
    assert not Session.objects.filter(session_key=first).exists()


def test_a_failed_try_makes_no_session(user):
    refusal_of("acme", "ada", "wrong")
    assert not Session.objects.exists()


def test_signing_in_and_out_is_written_down_with_its_address_and_door(user):
    request = request_from("198.51.100.7")
    sign_in(request, "acme", "ada", PASSWORD, door="api")
    sign_out(request, door="api")
    out, came = Event.objects.all()[:2]
    assert (came.type, out.type) == ("USER.LOGIN", "USER.LOGOUT")
    assert {one.source_address for one in (came, out)} == {"198.51.100.7"}
    assert {(one.user_name, one.door, one.subject_uuid) for one in (came, out)} == {("ada", "api", user.uuid)}


def test_signing_out_when_nobody_is_signed_in_changes_nothing():
    sign_out(request_from())
    assert not Event.objects.exists()
    assert not Session.objects.exists()


def test_a_failed_try_on_a_user_is_written_down_for_their_account(user):
    refusal_of("acme", "ada", "not the password")
    event = Event.objects.get()
    assert (event.type, event.level, event.subject_uuid) == ("USER.LOGIN", "warning", user.uuid)
    assert (event.account_uuid, event.user_name) == (user.account.uuid, "")


def test_a_failed_try_on_nobody_does_not_keep_what_was_typed(domain):
    refusal_of("acme", "my-secret-typed-here", "another-secret")
    event = Event.objects.get()
    assert event.domain_path == domain.path
    assert "secret" not in " ".join(map(str, vars(event).values()))


def test_passwords_are_kept_as_argon2(user):
    assert User.objects.get(pk=user.pk).password.startswith("argon2$argon2id$")
