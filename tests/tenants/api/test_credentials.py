"""Signing in, keys, tokens and directories at the REST door."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from rest_framework.test import APIClient

from cloudportal.api.models import IdempotencyKey
from cloudportal.core import clock
from tenants.api.credentials import API_KEYS, API_TOKENS
from tenants.api.directories import DIRECTORY_SERVERS, GROUP_MAPPINGS
from tenants.models import DirectoryServer, User
from tenants.services import credentials, directory_mappings
from tenants.services.credentials import NewToken
from tenants.services.directory_mappings import MappingValues
from tests.support import factories
from tests.support.clients import RestClient
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)

SESSION = "/api/v1/session/"


class Credentials(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    missing = {"name": "none", "search": "none"}

    def user(self):
        return User.objects.select_related("account__domain", "account__role").get(
            pk=self.personas.user.user_id
        )


class TestApiKeys(Credentials):
    resource = API_KEYS
    missing = {**Credentials.missing, "key": "none"}

    def make(self, number=0):
        # Made past the service, which keeps people from having thirty of them.
        return self.user().api_keys.create(
            name=factories.numbered("key"), key=factories.numbered("k"), secret="s"
        )

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "key": row.key,
            "user": row.user.uuid,
            "account": row.user.account.uuid,
        }

    def test_the_secret_is_told_once(self):
        client = self.client("user")
        made = client.post("api-keys/", {"name": "ci"}, Idempotency_Key="k1")
        assert made.status_code == 201, made.content
        secret = made.json()["secret"]
        assert len(secret) > 40
        again = client.post("api-keys/", {"name": "ci"}, Idempotency_Key="k1")
        assert (again.json()["uuid"], again.json()["secret"]) == (made.json()["uuid"], None)
        assert secret not in client.get("api-keys/").content.decode()
        assert secret not in IdempotencyKey.objects.get().answer.reveal()

    def test_a_key_and_its_secret_sign_requests_in_until_it_is_revoked(self):
        made = self.client("user").post("api-keys/", {"name": "ci"}).json()
        program = APIClient()
        program.credentials(HTTP_AUTHORIZATION=f"ApiKey {made['key']}:{made['secret']}")
        shown = program.get(SESSION).json()
        assert (shown["username"], shown["credential"]) == (self.personas.user.user_name, "api-key")
        assert self.client("user").delete(f"api-keys/{made['uuid']}/").status_code == 204
        assert program.get(SESSION).status_code == 401

    def test_nobody_makes_a_key_for_somebody_they_do_not_look_after(self):
        for persona in ("user", "other_domain_admin"):
            target = str(self.personas.neighbour.user_uuid)
            assert self.client(persona).post("api-keys/", {"name": "x", "user": target}).status_code == 404
        made = self.client("domain_admin").post("api-keys/", {"name": "x", "user": str(self.user().uuid)})
        assert made.status_code == 201


class TestApiTokens(Credentials):
    resource = API_TOKENS

    def make(self, number=0):
        new = NewToken(factories.numbered("token"), ["instance.*"], clock.now() + timedelta(hours=1))
        return credentials.create_token(self.personas.user, self.user(), new).row

    def matching(self, row):
        return {"name": row.name, "search": row.name, "user": row.user.uuid, "account": row.user.account.uuid}

    def test_a_token_does_what_it_is_for_and_nothing_else(self):
        values = {
            "name": "t",
            "patterns": ["event.read"],
            "expires_at": (clock.now() + timedelta(hours=1)).isoformat(),
        }
        made = self.client("user").post("api-tokens/", values)
        assert made.status_code == 201, made.content
        program = APIClient()
        program.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['token']}")
        assert program.get("/api/v1/events/").status_code == 200
        assert program.get("/api/v1/jobs/").status_code == 403
        assert program.get("/api/v1/api-tokens/").status_code == 403
        assert program.get(SESSION).json()["allows"] == ["event.read"]


class TestDirectoryServers(
    ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders
):
    resource = DIRECTORY_SERVERS
    reader = "domain_admin"
    writer = "root_admin"
    strangers = ("user", "other_domain_admin")
    missing = {"name": "none", "search": "none", "is_enabled": "false"}

    def make(self, number=0):
        return DirectoryServer.objects.create(
            name=factories.numbered("directory"),
            domain=self.personas.domain,
            uris=["ldaps://ldap.example.org"],
            group_base="ou=groups,dc=example,dc=org",
            user_base="ou=people,dc=example,dc=org",
            bind_dn="cn=portal,dc=example,dc=org",
            bind_password="hunter2",
        )

    def matching(self, row):
        return {"name": row.name, "search": row.name, "is_enabled": "true", "domain": row.domain.uuid}

    def test_the_bind_password_goes_in_and_never_out(self):
        client, row = self.client(self.writer), self.make()
        assert "hunter2" not in client.get(self.address_of(row)).content.decode()
        assert "hunter2" not in client.patch(self.address_of(row), {"name": "other"}).content.decode()

    def test_whoever_changes_the_address_gives_the_password_again(self):
        answer = self.client(self.writer).patch(
            self.address_of(self.make()), {"uris": ["ldaps://evil.example.org"]}
        )
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["bind_password"])

    def test_domain_admins_do_not_choose_where_the_portal_connects_to(self):
        values = {
            "name": "mine",
            "domain": str(self.personas.domain.uuid),
            "uris": ["ldaps://10.0.0.1"],
            "group_base": "dc=example,dc=org",
        }
        assert self.client("domain_admin").post(self.address, values).status_code == 403
        made = self.client("root_admin").post(self.address, {**values, "user_base": "dc=example,dc=org"})
        assert made.status_code == 201, made.content


class TestGroupMappings(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = GROUP_MAPPINGS
    reader = writer = "domain_admin"
    strangers = ("user", "other_domain_admin")
    missing = {"group_dn": "cn=none", "search": "none"}

    def prepare(self):
        self.server = TestDirectoryServers.make(self)
        self.account = factories.make_account(self.personas.domain)

    def make(self, number=0):
        group = f"cn={factories.numbered('group')},dc=example,dc=org"
        values = MappingValues(group_dn=group, account_uuid=self.account.uuid)
        return directory_mappings.create(self.personas.domain_admin, self.server, values)

    def matching(self, row):
        return {
            "group_dn": row.group_dn,
            "search": row.group_dn[3:9],
            "server": row.server.uuid,
            "domain": row.domain.uuid,
            "account": row.account.uuid,
            "role": "",
        }

    def test_every_filter_keeps_what_fits(self):
        row = self.make()
        for name, value in {**self.matching(row), "role": None}.items():
            parameters = {} if value is None else {name: value}
            assert str(row.uuid) in self.listed(self.reader, parameters), name

    def test_nobody_maps_a_group_to_an_account_of_strangers(self):
        stranger = factories.make_account(self.personas.other_domain)
        values = {
            "server": str(self.server.uuid),
            "group_dn": "cn=g,dc=example,dc=org",
            "account": str(stranger.uuid),
        }
        assert self.client("domain_admin").post(self.address, values).status_code == 404


@pytest.fixture
def person(db):
    domain = factories.make_domain(name="east")
    return factories.make_user(factories.make_account(domain), "ann", factories.PASSWORD)


@pytest.fixture
def browser():
    return APIClient(enforce_csrf_checks=True)


def sign_in(browser, **values):
    known = {"username": "ann", "password": factories.PASSWORD, "domain": "east"}
    return browser.post(SESSION, {**known, **values}, format="json")


def test_a_session_begins_shows_who_one_is_and_ends(browser, person):
    answer = sign_in(browser)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["username"], answer.json()["kind"]) == ("ann", "user")
    shown = browser.get(SESSION).json()
    assert "instance.deploy" in shown["allows"]
    cookie = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    ended = browser.delete(SESSION, headers={"X-CSRFToken": shown["csrf_token"]})
    assert ended.status_code == 204
    browser.cookies[django_settings.SESSION_COOKIE_NAME] = cookie
    assert browser.get(SESSION).status_code == 401


def test_a_session_changes_nothing_without_its_csrf_token(browser, person):
    token = sign_in(browser).json()["csrf_token"]
    refused = browser.patch("/api/v1/profile/", {"first_name": "Ann"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf-failed")
    headers = {"X-CSRFToken": token}
    assert (
        browser.patch("/api/v1/profile/", {"first_name": "Ann"}, format="json", headers=headers).status_code
        == 200
    )


def test_another_site_cannot_sign_anybody_in(browser, person):
    answer = browser.post(SESSION, {"username": "ann", "password": factories.PASSWORD, "domain": "east"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"username": "bob"}, {"domain": ""}, {"domain": "west"}]
)
def test_whatever_is_wrong_the_answer_is_the_same(browser, person, settings, wrong):
    settings.SIGN_IN_REFUSAL_SECONDS = 0
    answer = sign_in(browser, **wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-refused")
    assert "sessionid" not in browser.cookies


def test_a_stale_session_keeps_nobody_from_signing_in(browser, person):
    sign_in(browser)
    assert sign_in(browser).status_code == 200


def test_signing_in_cannot_be_planned(browser, person):
    values = {"username": "ann", "password": factories.PASSWORD, "domain": "east"}
    assert browser.post(SESSION + "?plan=1", values, format="json").status_code == 400
    assert browser.get(SESSION).status_code == 401


def test_a_changed_password_ends_all_other_sessions(browser, person):
    other = APIClient()
    sign_in(other)
    token = sign_in(browser).json()["csrf_token"]
    values = {"old_password": factories.PASSWORD, "new_password": "another horse battery staple"}
    answer = browser.post("/api/v1/profile/password/", values, format="json", headers={"X-CSRFToken": token})
    assert answer.status_code == 204, answer.content
    assert (browser.get(SESSION).status_code, other.get(SESSION).status_code) == (200, 401)


def test_an_administrator_gives_a_user_another_password_and_a_neighbour_does_not(person):
    personas = factories.make_personas()
    values = {"password": "another horse battery staple"}
    assert (
        RestClient(personas.other_domain_admin).post(f"users/{person.uuid}/set-password/", values).status_code
        == 404
    )
    assert (
        RestClient(personas.root_admin).post(f"users/{person.uuid}/set-password/", values).status_code == 200
    )
    assert sign_in(APIClient(), **values).status_code == 200


def test_nobody_edits_their_own_name(person):
    client = RestClient(factories.caller(person))
    assert client.get("profile/").json()["username"] == "ann"
    assert client.patch("profile/", {"username": "root"}).status_code == 403
    assert client.patch("profile/", {"email": "ann@example.org"}).json()["email"] == "ann@example.org"
