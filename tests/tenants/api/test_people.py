"""Domains, accounts and users at the REST door."""

import pytest

from tenants import states
from tenants.api.domains import ACCOUNTS, DOMAINS
from tenants.api.users import USERS
from tenants.models import Account, Domain, User
from tests.support import factories
from tests.support.clients import RestClient
from tests.support.suites.rest import (
    AnswersWithJob,
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)


class Tenants(
    ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders, RefusesWrongState
):
    reader = writer = "domain_admin"
    strangers = ("other_domain_admin", "neighbour")


class TestDomains(Tenants, AnswersWithJob):
    resource = DOMAINS
    table = states.DOMAIN
    missing = {"name": "no such name", "search": "no such name", "state": "removing"}

    def make(self, number=0):
        return factories.make_domain(self.personas.domain)

    def matching(self, row):
        return {"name": row.name, "search": row.name, "state": "enabled", "parent": self.personas.domain.uuid}

    def test_what_lies_above_the_own_domain_is_not_named(self):
        answer = self.client(self.reader).get(f"domains/{self.personas.domain.uuid}/")
        assert answer.json()["parent"] is None
        assert answer.json()["path"] == self.personas.domain.name

    def test_a_root_admin_sees_the_whole_path(self):
        row = self.make()
        answer = self.client("root_admin").get(self.address_of(row))
        assert answer.json()["path"] == f"ROOT/{self.personas.domain.name}/{row.name}"
        assert answer.json()["parent"]["uuid"] == str(self.personas.domain.uuid)

    def test_a_domain_is_made_below_one_that_the_caller_may_use_and_nowhere_else(self):
        client = self.client(self.writer)
        made = client.post("domains/", {"name": "sales", "parent": str(self.personas.domain.uuid)})
        assert (made.status_code, made.json()["name"]) == (201, "sales")
        foreign = client.post("domains/", {"name": "spies", "parent": str(self.personas.other_domain.uuid)})
        assert foreign.status_code == 404
        assert not Domain.objects.filter(name="spies").exists()

    def test_a_domain_that_is_not_empty_goes_only_with_its_contents(self):
        row = self.make()
        factories.make_account(row)
        client = self.client(self.writer)
        assert client.delete(self.address_of(row)).status_code == 409
        plan = client.delete(self.address_of(row) + "?with_contents=true&plan=1").json()["plan"]
        assert (plan["refusal"], bool(plan["effects"])) == (None, True)
        assert client.delete(self.address_of(row) + "?with_contents=true").status_code == 202


class TestAccounts(Tenants, AnswersWithJob):
    resource = ACCOUNTS
    table = states.ACCOUNT
    missing = {"name": "no such name", "search": "no such name", "state": "locked", "kind": "root-admin"}

    def make(self, number=0):
        return factories.make_account(self.personas.domain)

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "enabled",
            "domain": row.domain.uuid,
            "role": row.role.uuid,
            "kind": "user",
        }

    def test_an_account_is_made_with_its_first_user(self):
        values = {
            "name": "acme",
            "domain": str(self.personas.domain.uuid),
            "role": str(factories.role_named("User").uuid),
            "first_user": {"username": "Ann", "password": factories.PASSWORD},
        }
        answer = self.client(self.writer).post("accounts/", values)
        assert answer.status_code == 201, answer.content
        assert factories.PASSWORD not in answer.content.decode()
        user = User.objects.get(account__uuid=answer.json()["uuid"])
        assert user.username == "ann"
        assert user.check_password(factories.PASSWORD)

    def test_nobody_gives_a_role_above_their_own(self):
        values = {"name": "acme", "domain": str(self.personas.domain.uuid)}
        for role in ("Root Admin", "Resource Admin"):
            answer = self.client(self.writer).post(
                "accounts/", {**values, "role": str(factories.role_named(role).uuid)}
            )
            assert answer.status_code in {403, 404}, role
        assert not Account.objects.filter(name="acme").exists()

    def test_a_state_is_changed_and_changed_back(self):
        row, client = self.make(), self.client(self.writer)
        for verb, state in (
            ("lock", "locked"),
            ("enable", "enabled"),
            ("disable", "disabled"),
            ("enable", "enabled"),
        ):
            answer = client.post(self.address_of(row, verb))
            assert (answer.status_code, answer.json()["state"]) == (200, state)


class TestUsers(Tenants):
    resource = USERS
    table = states.USER
    missing = {
        "username": "no such name",
        "search": "no such name",
        "state": "disabled",
        "email": "nobody@example.org",
        "comes_from": "directory",
    }

    def make(self, number=0):
        return factories.make_user(factories.make_account(self.personas.domain), email="ann@example.org")

    def matching(self, row):
        return {
            "username": row.username,
            "search": row.username,
            "email": row.email,
            "state": "enabled",
            "comes_from": "local",
            "account": row.account.uuid,
            "domain": row.domain.uuid,
        }

    def test_a_user_is_made_in_an_account_that_the_caller_may_use_and_nowhere_else(self):
        account = factories.make_account(self.personas.domain)
        values = {"username": "bob", "password": factories.PASSWORD, "account": str(account.uuid)}
        assert self.client(self.writer).post("users/", values).status_code == 201
        foreign = self.client("other_domain_admin").post("users/", {**values, "username": "eve"})
        assert foreign.status_code == 404
        assert not User.objects.filter(username="eve").exists()

    def test_no_field_lifts_a_user_above_what_they_are(self):
        row, client = self.make(), self.client(self.writer)
        for name in (
            "is_staff",
            "is_superuser",
            "account",
            "state",
            "source",
            "role",
            "domain",
            "session_salt",
        ):
            answer = client.patch(self.address_of(row), {name: "x"})
            assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


@pytest.mark.django_db
def test_a_fault_is_named_as_it_was_sent_and_not_as_the_service_calls_it():
    personas = factories.make_personas()
    domain = factories.make_domain(personas.domain)
    values = {
        "name": "acme",
        "domain": str(domain.uuid),
        "role": str(factories.role_named("Root Admin").uuid),
    }
    answer = RestClient(personas.root_admin).post("accounts/", values)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["role"])
