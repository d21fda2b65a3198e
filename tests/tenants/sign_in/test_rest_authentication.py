"""How REST requests say who asks: keys, tokens and sessions, and what does not count as saying so."""

import base64
from datetime import timedelta

import pytest
from django.test import Client

from cloudportal.core import clock
from tenants import states
from tenants.models import Account, ApiKey, ApiToken, User
from tenants.services import credentials
from tenants.services.credentials import NewToken
from tenants.services.sign_in import sign_in
from tests.support import factories
from tests.support.factories import PASSWORD, caller
from tests.support.requests import client_with, request_from

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/accounts/"


@pytest.fixture
def user():
    return factories.make_user(factories.make_account(factories.make_domain(name="acme")), "ada", PASSWORD)


@pytest.fixture
def key(user):
    return credentials.create_api_key(caller(user), user, "deploys")


def token_for(user, patterns=("account.*",), **values):
    given = NewToken("backup", patterns, clock.now() + timedelta(days=1), **values)
    return credentials.create_token(caller(user), user, given)


def get(authorization, address=ADDRESS, peer="192.0.2.10", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if authorization:
        headers["authorization"] = authorization
    return Client(raise_request_exception=False).get(address, headers=headers, REMOTE_ADDR=peer)


def key_header(key):
    return f"ApiKey {key.row.key}:{key.secret.reveal()}"


def token_header(token):
    return f"Bearer {token.secret.reveal()}"


def test_a_key_with_its_secret_lets_in(key):
    answer = get(key_header(key))
    assert answer.status_code == 200
    assert answer.json()["results"][0]["name"] == key.row.user.account.name


def test_the_scheme_may_be_written_in_any_case(key):
    assert get(key_header(key).replace("ApiKey", "APIKEY")).status_code == 200


def test_a_wrong_secret_an_unknown_key_and_half_a_header_are_refused_alike(key):
    wrong = [
        f"ApiKey {key.row.key}:{key.secret.reveal()[:-1]}",
        f"ApiKey {key.row.key}:",
        f"ApiKey {key.row.key}",
        f"ApiKey unknown:{key.secret.reveal()}",
        "ApiKey",
        "Bearer",
        "Bearer cpt_unknown",
        "ApiKey é:é",
    ]
    answers = [get(header) for header in wrong]
    assert {one.status_code for one in answers} == {401}
    assert {one.json()["code"] for one in answers} == {"credential-refused"}
    assert len({one.json()["detail"] for one in answers}) == 1
    assert {one.headers["WWW-Authenticate"] for one in answers} == {'Bearer realm="cloud portal"'}


def test_a_revoked_key_is_refused(user, key):
    credentials.revoke_api_key(caller(user), key.row)
    assert get(key_header(key)).status_code == 401


def test_one_revoked_key_leaves_the_others(user, key):
    other = credentials.create_api_key(caller(user), user, "other")
    credentials.revoke_api_key(caller(user), key.row)
    assert get(key_header(other)).status_code == 200


@pytest.mark.parametrize("table", [User, Account])
def test_keys_and_tokens_of_the_disabled_are_refused(user, key, table):
    token = token_for(user)
    row = user if table is User else user.account
    # Behind the services, which would have taken key and token away: the check itself is meant.
    table.objects.filter(pk=row.pk).update(state=states.DISABLED)
    assert get(key_header(key)).status_code == 401
    assert get(token_header(token)).status_code == 401


def test_when_a_key_was_last_used_is_kept_once_a_minute(key):
    get(key_header(key), peer="192.0.2.44")
    used = ApiKey.objects.get()
    assert used.last_used_address == "192.0.2.44"
    get(key_header(key), peer="192.0.2.55")
    assert ApiKey.objects.get().last_used_at == used.last_used_at
    ApiKey.objects.update(last_used_at=clock.now() - timedelta(minutes=2))
    get(key_header(key), peer="192.0.2.55")
    assert ApiKey.objects.get().last_used_address == "192.0.2.55"


def test_a_token_lets_in_for_its_scope_alone(user):
    token = token_for(user, ["account.read"])
    assert get(token_header(token)).status_code == 200
    assert get(token_header(token), "/api/v1/users/").status_code == 403


def test_an_expired_token_is_refused(user):
    token = token_for(user)
    ApiToken.objects.update(expires_at=clock.now())
    assert get(token_header(token)).status_code == 401


def test_a_revoked_token_is_refused(user):
    token = token_for(user)
    credentials.revoke_token(caller(user), token.row)
    assert get(token_header(token)).status_code == 401


def test_a_token_is_good_from_its_networks_only(user):
    token = token_for(user, networks=["198.51.100.0/24"])
    assert get(token_header(token), peer="198.51.100.9").status_code == 200
    assert get(token_header(token), peer="192.0.2.10").status_code == 401
    forged = get(token_header(token), peer="192.0.2.10", x_forwarded_for="198.51.100.9")
    assert forged.status_code == 401


def test_who_comes_with_a_bad_key_is_not_let_in_by_their_session(user):
    request = request_from()
    sign_in(request, "acme", "ada", PASSWORD)
    client = client_with(request)
    assert client.get(ADDRESS).status_code == 200
    assert client.get(ADDRESS, headers={"authorization": "ApiKey a:b"}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"remote_user": "ada"},
        {"x_remote_user": "ada"},
        {"x_forwarded_user": "ada"},
        {"x_user_id": "1"},
        {"x_auth_token": "x"},
        {"x_forwarded_for": "127.0.0.1"},
    ],
)
def test_headers_that_merely_say_who_asks_are_ignored(user, headers):
    assert get(None, **headers).status_code == 401


def test_basic_credentials_are_no_way_in(user):
    words = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    assert get(f"Basic {words}").status_code == 401


def test_a_session_changes_nothing_without_its_csrf_token(user):
    request = request_from()
    sign_in(request, "acme", "ada", PASSWORD)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(client_with(request).cookies)
    answer = strict.post("/api/v1/projects/", {"name": "planted"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf-failed")


def test_a_session_with_its_csrf_token_may_change_things(user):
    request = request_from()
    sign_in(request, "acme", "ada", PASSWORD)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(client_with(request).cookies)
    token = request.META["CSRF_COOKIE"]
    strict.cookies["csrftoken"] = token
    answer = strict.post(
        "/api/v1/projects/",
        {"name": "mine"},
        content_type="application/json",
        headers={"x-csrftoken": token},
    )
    assert answer.status_code == 201


def test_a_key_needs_no_csrf_token(key):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(
        "/api/v1/projects/",
        {"name": "mine"},
        content_type="application/json",
        headers={"authorization": key_header(key)},
    )
    assert answer.status_code == 201
