"""A session ends with what it stands on: after that its cookie opens nothing any more."""

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.test import Client

from tenants import states
from tenants.models import Account, Role, User
from tenants.services import account_states, passwords, users
from tenants.services.sign_in import sign_in, sign_out
from tests.support import factories
from tests.support.clients import counted_queries
from tests.support.factories import PASSWORD, caller
from tests.support.requests import client_with, request_from

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "another horse, other batteries"


@pytest.fixture
def user():
    account = factories.make_account(factories.make_domain(name="acme"))
    return factories.make_user(account, "ada", PASSWORD)


@pytest.fixture
def request_of_user(user):
    request = request_from()
    sign_in(request, "acme", "ada", PASSWORD)
    return request


@pytest.fixture
def root():
    return caller(factories.make_root_admin())


def is_let_in(request):
    return client_with(request).get("/api/v1/accounts/").status_code == 200


def test_a_session_lets_in(request_of_user):
    assert is_let_in(request_of_user)


def test_no_session_lets_nobody_in():
    assert Client().get("/api/v1/accounts/").status_code == 401


def test_after_signing_out_the_cookie_is_worth_nothing(request_of_user):
    kept = client_with(request_of_user)
    sign_out(request_of_user)
    assert kept.get("/api/v1/accounts/").status_code == 401


def test_changing_the_password_ends_the_other_sessions_and_renews_this_one(user, request_of_user):
    elsewhere = request_from()
    sign_in(elsewhere, "acme", "ada", PASSWORD)
    kept = client_with(request_of_user)
    passwords.change_own(caller(user), PASSWORD, NEW_PASSWORD, request=request_of_user)
    assert is_let_in(request_of_user)
    assert not is_let_in(elsewhere)
    assert kept.get("/api/v1/accounts/").status_code == 401


def test_a_password_set_by_an_administrator_ends_all_sessions(root, user, request_of_user):
    passwords.reset(root, user, NEW_PASSWORD)
    assert not is_let_in(request_of_user)


def test_disabling_the_user_ends_the_session_for_good(root, user, request_of_user):
    users.disable(root, user)
    assert not is_let_in(request_of_user)
    users.enable(root, user)
    assert not is_let_in(request_of_user)


def test_disabling_the_account_ends_the_session_for_good(root, user, request_of_user):
    account_states.disable(root, user.account)
    assert not is_let_in(request_of_user)
    account_states.enable(root, user.account)
    assert not is_let_in(request_of_user)


def test_locking_the_account_keeps_the_session(root, user, request_of_user):
    account_states.lock(root, user.account)
    assert is_let_in(request_of_user)


def test_a_state_that_was_changed_behind_the_services_ends_it_too(user, request_of_user):
    User.objects.filter(pk=user.pk).update(state=states.DISABLED)
    assert not is_let_in(request_of_user)


def test_another_role_ends_the_session(user, request_of_user):
    Account.objects.filter(pk=user.account_id).update(role=Role.objects.get(name="Domain Admin"))
    assert not is_let_in(request_of_user)


def test_another_account_ends_the_session(user, request_of_user):
    other = factories.make_account(user.domain)
    User.objects.filter(pk=user.pk).update(account=other)
    assert not is_let_in(request_of_user)


def test_deleting_the_user_ends_the_session(root, user, request_of_user):
    users.delete(root, user)
    assert not is_let_in(request_of_user)


def test_anonymous_requests_leave_no_session_behind():
    client = Client()
    for address in ("/", "/sign-in/", "/api/v1/accounts/", "/nowhere/"):
        client.get(address)
    client.post("/sign-in/", {"domain": "", "username": "nobody", "password": "wrong password"})
    assert not Session.objects.exists()


def test_the_cookie_is_for_the_browser_alone(settings, user):
    answer = Client().post("/sign-in/", {"domain": "acme", "username": "ada", "password": PASSWORD})
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert answer.status_code == 302


def test_knowing_who_asks_takes_three_queries(request_of_user):
    request_of_user.session.save()
    request = request_from(session_key=request_of_user.session.session_key)
    with counted_queries() as queries:
        found = get_user(request)
        assert found.is_active
        assert found.get_session_auth_hash()
        assert found.account.domain.path
    # The session, the user with account, role and domain, and the lines of the role.
    assert len(queries) == 3
