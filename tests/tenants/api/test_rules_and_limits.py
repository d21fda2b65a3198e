"""Roles, limits and settings at the REST door."""

import pytest

from tenants.api.roles import ROLES
from tenants.models import Role
from tests.support import factories
from tests.support.clients import RestClient
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)


class TestRoles(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = ROLES
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")
    missing = {"name": "none", "search": "none", "kind": "user", "is_builtin": "true", "is_read_only": "true"}

    def make(self, number=0):
        return Role.objects.create(name=factories.numbered("role"), kind="root-admin")

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "kind": "root-admin",
            "is_builtin": "false",
            "is_read_only": "false",
        }


@pytest.fixture
def personas(db):
    return factories.make_personas()


@pytest.fixture
def root(personas):
    return RestClient(personas.root_admin)


def test_a_role_lives_through_its_rules(root):
    values = {"name": "Helpers", "kind": "user", "rules": [{"pattern": "instance.read", "allows": True}]}
    role = root.post("roles/", values).json()
    assert role["allows"] == ["instance.read"]
    rules = f"roles/{role['uuid']}/rules/"
    added = root.post(rules, {"pattern": "instance.*", "allows": True, "description": "all"}).json()
    both = [one["uuid"] for one in root.get(f"roles/{role['uuid']}/").json()["rules"]]
    assert both == [role["rules"][0]["uuid"], added["uuid"]]
    turned = root.post(rules + "order/", {"rules": both[::-1]}).json()
    assert [one["uuid"] for one in turned["rules"]] == both[::-1]
    assert root.patch(f"{rules}{added['uuid']}/", {"allows": False}).json()["allows"] is False
    assert root.delete(f"{rules}{added['uuid']}/").status_code == 204
    assert len(root.get(f"roles/{role['uuid']}/").json()["rules"]) == 1


def test_a_role_is_cloned_with_what_it_allows(root):
    user = factories.role_named("User")
    clone = root.post(f"roles/{user.uuid}/clone/", {"name": "Users too"}).json()
    original = root.get(f"roles/{user.uuid}/").json()
    assert (clone["allows"], clone["is_builtin"]) == (original["allows"], False)


def test_every_action_can_be_looked_up(root):
    found = {one["name"] for one in root.get("actions/").json()["results"]}
    assert {"instance.deploy", "role.create", "job.abort"} <= found


def test_a_limit_is_set_below_and_seen_with_what_binds_it(personas, root):
    domain, account = personas.domain, factories.make_account(personas.domain)
    set_limit = root.put(f"domains/{domain.uuid}/limits/volumes/", {"maximum": 3})
    assert (set_limit.status_code, set_limit.json()["maximum"]) == (200, 3)
    limits = root.get(f"accounts/{account.uuid}/limits/").json()["results"]
    volumes = next(one for one in limits if one["resource"] == "volumes")
    assert (volumes["used"], volumes["effective"], volumes["bound_by"]) == (0, 3, f"The domain {domain.name}")


def test_nobody_sees_or_sets_the_limits_of_strangers(personas):
    account = factories.make_account(personas.domain)
    for stranger in (personas.other_domain_admin, personas.neighbour):
        for plural, row in (("accounts", account), ("domains", personas.domain)):
            client = RestClient(stranger)
            write = client.put(f"{plural}/{row.uuid}/limits/volumes/", {"maximum": 1})
            assert write.status_code in {403, 404}
    assert RestClient(personas.neighbour).get(f"accounts/{account.uuid}/limits/").status_code == 404
    assert RestClient(personas.other_domain_admin).get(f"accounts/{account.uuid}/limits/").status_code == 404


def test_there_is_no_limit_of_what_is_not_counted(personas, root):
    answer = root.put(f"domains/{personas.domain.uuid}/limits/unicorns/", {"maximum": 1})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["resource"])


def test_everything_is_counted_again(root):
    assert root.post("limits/recount/").json() == {"repaired": []}


def test_a_setting_is_set_at_a_place_and_inherited_again(personas):
    client = RestClient(personas.domain_admin)
    place = {"place": "domain", "place_uuid": str(personas.domain.uuid)}
    name = "settings/project.users_may_create/"
    changed = client.put(name, {**place, "value": False})
    assert (changed.status_code, changed.json()["value"], changed.json()["is_set_here"]) == (200, False, True)
    listed = client.get("settings/", place).json()["results"]
    assert next(one for one in listed if one["name"] == "project.users_may_create")["value"] is False
    reset = client.post(name + "reset/", place).json()
    assert (reset["value"], reset["is_set_here"]) == (True, False)


def test_a_setting_is_not_set_for_strangers_or_for_everybody(personas):
    client = RestClient(personas.domain_admin)
    name = "settings/project.users_may_create/"
    foreign = {"place": "domain", "place_uuid": str(personas.other_domain.uuid), "value": False}
    assert client.put(name, foreign).status_code == 404
    assert client.put(name, {"place": "global", "value": False}).status_code == 404
    assert client.get("settings/", {"place": "global"}).status_code == 404


def test_whoever_works_in_a_project_sees_no_settings_of_the_domain_that_it_is_in(personas):
    project = factories.make_project(personas.user)
    below = factories.make_caller(factories.make_domain(personas.domain), "Domain Admin")
    factories.make_member(project, account=factories.account_of(below), role="Admin")
    client = RestClient(below)
    assert client.get("settings/").status_code == 200
    for place in ({}, {"place": "domain", "place_uuid": str(personas.domain.uuid)}):
        assert client.get("settings/", place, **{"X-Project": str(project.uuid)}).status_code == 404


def test_a_value_of_the_wrong_kind_is_refused_by_its_name(personas):
    place = {"place": "domain", "place_uuid": str(personas.domain.uuid)}
    answer = RestClient(personas.domain_admin).put(
        "settings/project.users_may_create/", {**place, "value": "perhaps"}
    )
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["value"])
