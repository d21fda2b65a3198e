"""A token is less than its user, at every route (OSSA-2026-015, OSSA-2026-005): it never makes, changes, shows or gives
back anything that signs in, and does nothing outside of its scope.
"""

import pytest
from django.db import transaction

from cloudportal.api.routes import all_routes
from cloudportal.core.actions import all_actions
from cloudportal.core.permissions import Rule
from tenants.credential_actions import NEVER_BY_TOKEN, TOKEN, token_rules
from tenants.models import (
    Account,
    ApiKey,
    ApiToken,
    DirectoryGroupMapping,
    DirectoryServer,
    ProjectRoleRule,
    RoleRule,
    User,
)
from tests.architecture.permissions.asking import NO, address_of, ask, outcome
from tests.architecture.permissions.rows import VALUES
from tests.architecture.permissions.things import World
from tests.support.clients import RestClient
from tests.support.factories import PASSWORD, caller, make_role, make_user

pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in all_routes()}
CHANGING = sorted(
    name for name, route in ROUTES.items() if not route.operation.reads and not route.operation.is_open
)
SHOWING = sorted(
    name for name in ROUTES if name.startswith(("GET api-", "GET directory-", "GET group-mappings"))
)
MORE_VALUES = {
    "POST profile/password/": {"old_password": PASSWORD, "new_password": f"another {PASSWORD}"},
    "POST users/{uuid}/set-password/": {"password": f"another {PASSWORD}"},
    "POST roles/": {"name": "new", "kind": "user", "rules": [{"pattern": "*", "allows": True}]},
    "POST roles/{role}/rules/": {"pattern": "*", "allows": True},
    "PATCH users/{uuid}/": {"username": "other"},
}
# The token's own user, for whom a token speaks anyway.
OWN = {"DELETE session/", "GET actions/", "GET session/"}


def by_token(world, *patterns, persona="root_admin"):
    user = User.objects.get(pk=world.caller(persona).user_id)
    return caller(user, credential=TOKEN, scope=token_rules(patterns))


def ways_in():
    """Everything that lets anybody in, or says what they may do once they are in."""
    active = User.objects.filter(state="enabled", account__state__in=("enabled", "locked"))
    tables = (ApiKey, ApiToken, DirectoryServer, DirectoryGroupMapping, RoleRule, ProjectRoleRule)
    people = set(active.values_list("uuid", "username", "password", "account__role"))
    return people | {repr((model.__name__, *row)) for model in tables for row in model.objects.values_list()}


class _TakeBack(Exception):
    """Ends what one route changed."""


def gained(world, name, token):
    """The ways in that there are after the token has used the route, and were not before."""
    route, values = ROUTES[name], values_of(world, name)
    address = address_of(route.path, world.path_of(route.path))
    before, after = ways_in(), set()
    try:
        with transaction.atomic():
            RestClient(token).send(route.method, address, values)
            after = ways_in()
            raise _TakeBack
    except _TakeBack:
        return after - before


def values_of(world, name):
    """Good values for the route, so that it is not refused for want of them."""
    made = MORE_VALUES.get(name) or (VALUES[name](world) if name in VALUES else {})
    return dict(made)


@pytest.fixture
def world():
    """The world, where the people of one account have a role so small that hardly anything is beyond a token."""
    made = World()
    Account.objects.filter(pk=made.the("accounts").pk).update(role=make_role(("instance.read",)))
    make_user(made.the("accounts"))
    User.objects.filter(pk=made.the("users").pk).update(account=made.the("accounts"))
    made._things |= {"accounts": fresh(made.the("accounts")), "users": fresh(made.the("users"))}
    return made


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_a_token_of_everything_opens_no_way_in_at_any_route(world):
    token = by_token(world, "*")
    assert {name: new for name in CHANGING if (new := gained(world, name, token))} == {}


@pytest.mark.parametrize("noun", ["users", "accounts"])
def test_a_token_of_everything_lets_nobody_back_in(world, noun):
    row = world.the(noun)
    type(row).objects.filter(pk=row.pk).update(state="disabled")
    assert gained(world, f"POST {noun}/{{uuid}}/enable/", by_token(world, "*")) == set()


def test_a_token_of_everything_is_shown_no_credentials(world):
    token = by_token(world, "*")
    told = {name: outcome(ask(ROUTES[name], token, world.path_of(ROUTES[name].path))) for name in SHOWING}
    assert len(told) >= 8
    assert {name: one for name, one in told.items() if one != NO} == {}


@pytest.mark.parametrize("persona", ["user", "root_admin"])
def test_a_token_does_nothing_outside_of_its_scope(world, persona):
    token = by_token(world, "region.read", persona=persona)
    names = [name for name, route in ROUTES.items() if route.action_name != "region.read" and name not in OWN]
    closed = [name for name in names if not ROUTES[name].operation.is_open]
    told = {
        name: outcome(
            ask(
                ROUTES[name],
                token,
                world.path_of(ROUTES[name].path),
                values_of(world, name),
            )
        )
        for name in closed
    }
    assert {name: one for name, one in told.items() if one != NO} == {}


def test_what_no_token_may_do_names_actions_that_there_are():
    names = [one.name for one in all_actions()]
    assert [
        pattern for pattern in NEVER_BY_TOKEN if not any(Rule(pattern, True).matches(one) for one in names)
    ] == []
