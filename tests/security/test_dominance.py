"""Lesser administrators against greater ones (CVE-2025-47849, CVE-2025-47713, CVE-2024-42062): at every route that is
about a user or an account, whoever may do less than the target gets nowhere.
"""

import pytest

from cloudportal.api.routes import all_routes
from tests.architecture.permissions.asking import ask, nouns_in, refusal_code
from tests.architecture.permissions.rows import VALUES
from tests.architecture.permissions.things import World
from tests.support.factories import (
    PASSWORD,
    caller,
    foundation,
    make_account,
    make_caller,
    make_role,
    make_root_admin,
    make_user,
)

pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in all_routes()}
# Who looks after people in ROOT, and has not all that a root administrator has.
HELPERS = (
    "account.*",
    "user.*",
    "password.*",
    "api-key.*",
    "token.*",
    "limit.*",
    "setting.*",
    "project.*",
    "role.read",
)


# What a plan of theirs may end in: refused for who they are, or because the target is in no state for it.
REFUSED = {"not-permitted", "not-found", "wrong-state"}
MORE_VALUES = {
    "POST users/{uuid}/set-password/": {"password": f"another {PASSWORD}"},
    "PATCH users/{uuid}/": {"username": "other"},
    "PATCH group-mappings/{uuid}/": {"group_dn": "cn=x,dc=x"},
}
# A mapping leads to an account that is there, or to one that its other fields describe.
EITHER_OR = {
    "POST group-mappings/": ("role", "account_name", "domain"),
    "POST instances/{uuid}/move/": ("project",),
}
# Whoever becomes a member of a project, or may use a template, gains by it, and nobody gains through them.
HARMLESS = {"POST projects/{project}/members/", "POST templates/{template}/grants/"}


def changing(noun):
    """Routes that change one thing of this noun."""
    of_noun = [name for name, route in ROUTES.items() if nouns_in(route.path)[-1:] == (noun,)]
    return [name for name in of_noun if not ROUTES[name].operation.reads]


def naming(field):
    """Routes that change something for the user or account in their body."""
    naming_it = [name for name, route in ROUTES.items() if field in route.body_uuids and name not in HARMLESS]
    return [name for name in naming_it if not ROUTES[name].operation.reads]


class Attack:
    """A lesser administrator in ROOT, and two root administrators: the portal's own and another."""

    def __init__(self, lesser):
        self.world = World()
        self.lesser = make_caller(foundation(), lesser)
        other = make_user(make_account(foundation(), "Root Admin"))
        self.targets = [make_root_admin(), other]

    def refused(self, name, uuids, **values):
        """With which code a plan of it is refused, or None; what cannot be planned is done."""
        route = ROUTES[name]
        return refusal_code(ask(route, self.lesser, uuids, {**self.values(name), **values}))

    def values(self, name):
        """Good values for the route, so that it is not refused for want of them."""
        made = MORE_VALUES.get(name) or (VALUES[name](self.world) if name in VALUES else {})
        return {field: value for field, value in made.items() if field not in EITHER_OR.get(name, ())}


@pytest.fixture(params=["Domain Admin", "Resource Admin", "helper"])
def attack(request):
    make_role(HELPERS, kind="root-admin", name="helper")
    return Attack(request.param)


def test_nobody_changes_a_user_who_may_do_more(attack):
    told = {
        (name, one.pk): attack.refused(name, [one.uuid])
        for name in changing("users")
        for one in attack.targets
    }
    assert len(told) >= 10
    assert {where: code for where, code in told.items() if code not in REFUSED} == {}


def test_nobody_changes_an_account_that_may_do_more(attack):
    told = {
        (name, one.pk): attack.refused(name, [one.account.uuid])
        for name in changing("accounts")
        for one in attack.targets
    }
    assert len(told) >= 10
    assert {where: code for where, code in told.items() if code not in REFUSED} == {}


@pytest.mark.parametrize("field", ["user", "account"])
def test_nobody_makes_anything_for_somebody_who_may_do_more(attack, field):
    uuids = {one.pk: str((one if field == "user" else one.account).uuid) for one in attack.targets}
    told = {
        (name, pk): attack.refused(name, attack.world.path_of(ROUTES[name].path), **{field: uuid})
        for name in naming(field)
        for pk, uuid in uuids.items()
    }
    assert len(told) >= 4
    assert {where: code for where, code in told.items() if code not in REFUSED} == {}


def test_a_root_administrator_does_all_of_it():
    attack = Attack("Domain Admin")
    attack.lesser = caller(attack.targets[0])
    told = {name: attack.refused(name, [attack.targets[1].uuid]) for name in changing("users")}
    assert set(told.values()) == {None, "wrong-state"}
