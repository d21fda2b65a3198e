"""`?plan=1` at every route that changes something: it changes nothing, and says what would happen or what stands in the
way.
"""

import pytest

from cloudportal.api.routes import all_routes
from cloudportal.api.shapes import Nothing
from tests.architecture.permissions.asking import address_of, ask
from tests.architecture.permissions.audiences import YES
from tests.architecture.permissions.rows import ROWS, VALUES
from tests.architecture.permissions.things import World
from tests.security.rows import everything
from tests.support.planning import carried_out, taken_back

ROUTES = {route.name: route for route in all_routes() if route.operation.can_be_planned}
# It mends the counters themselves: our things of the matrix were made past them.
RECOUNT = "POST limits/recount/"
PERSONAS = ("root_admin", "domain_admin", "user")


def planner(world, name):
    """The greatest persona that may use the route."""
    return world.caller(next(one for one in PERSONAS if getattr(ROWS[name], one) == YES))


def values_of(world, name):
    """Good values as the matrix has them, or just a name where one is asked for."""
    fields = (ROUTES[name].operation.takes or Nothing)().fields
    return VALUES[name](world) if name in VALUES else {"name": "new"} if "name" in fields else {}


def says_nothing(answer):
    plan = answer.json().get("plan", answer.json())
    return not plan.get("refusal") and not plan.get("fields") and not plan.get("effects")


@pytest.mark.django_db
def test_every_plan_tells_what_would_happen_and_changes_nothing():
    world = World()
    asked = {
        name: (
            planner(world, name),
            world.path_of(ROUTES[name].path),
            values_of(world, name),
        )
        for name in sorted(set(ROUTES) & set(ROWS))
    }
    assert len(asked) > 80
    before = everything()
    told = {name: ask(ROUTES[name], *words) for name, words in asked.items()}
    after = everything()
    assert [name for name, answer in told.items() if says_nothing(answer)] == []
    assert {table for table in before if before[table] != after[table]} == set()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_plan_that_is_sent_back_is_carried_out_and_counts_what_it_said():
    world = World()
    wrong = {}
    for name in sorted(set(ROUTES) & set(ROWS) - {RECOUNT}):
        route, uuids = ROUTES[name], world.path_of(ROUTES[name].path)
        caller, values = planner(world, name), values_of(world, name)
        if "plan" not in ask(route, caller, uuids, values).json():
            continue
        with taken_back():
            _, _, complaints = carried_out(caller, route.method, address_of(route.path, uuids), values)
        wrong |= {name: complaints} if complaints else {}
    assert wrong == {}
