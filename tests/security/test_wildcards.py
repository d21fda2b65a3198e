"""A role that is one wildcard is no way to a greater kind's work (OSSA-2026-011, "allow all" by default)."""

import pytest

from cloudportal.api.routes import all_routes
from tests.architecture.permissions.asking import NO, ask, outcome
from tests.architecture.permissions.rows import ROWS, VALUES
from tests.architecture.permissions.things import World
from tests.support.factories import make_caller, make_role

pytestmark = pytest.mark.django_db

ROUTES = {route.name: route for route in all_routes() if not route.operation.reads}
# The built-in persona of the kind, by whose rows the wildcard is measured.
PERSONAS = {"user": "user", "domain-admin": "domain_admin"}


@pytest.mark.parametrize("kind", PERSONAS)
def test_a_wildcard_does_nothing_that_its_kind_does_not(kind):
    world = World()
    greedy = make_caller(world.personas.domain, make_role(("*",), kind=kind))
    beyond = sorted(name for name in ROUTES if getattr(ROWS[name], PERSONAS[kind]) == NO)
    assert len(beyond) > 40
    told = {
        name: outcome(
            ask(
                ROUTES[name],
                greedy,
                world.path_of(ROUTES[name].path),
                VALUES[name](world) if name in VALUES else {"name": "new"},
            )
        )
        for name in beyond
    }
    assert {name: one for name, one in told.items() if one != NO} == {}
