"""`?plan=1` at every route that changes something: it changes nothing, and says what would happen or what stands in the
way.
"""

from collections import defaultdict
from contextlib import contextmanager

import pytest
from django.db import transaction

from cloudportal.api.routes import all_routes
from cloudportal.api.shapes import Nothing
from tenants.models import Counter
from tests.architecture.permissions.asking import address_of, ask, refusal_code
from tests.architecture.permissions.audiences import YES
from tests.architecture.permissions.rows import ROWS, VALUES
from tests.architecture.permissions.things import World
from tests.security.rows import everything
from tests.support.clients import RestClient

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


@contextmanager
def taken_back():
    """What is done inside is undone at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def counted():
    """What is counted of each resource at each level, at this moment."""
    return {(one.level, one.owner_id, one.resource): one.used for one in Counter.objects.all()}


def said_to_count(plan):
    """How much of each resource the plan says that it counts."""
    amounts = defaultdict(int)
    for effect in plan["effects"]:
        if "amount" in effect:
            amounts[effect["resource"]] += effect["amount"]
    return amounts


def carried_out(name, caller, uuids, values):
    """The route's plan, what it answered when that was sent back with it, and what is counted more since."""
    route = ROUTES[name]
    before = counted()
    plan = ask(route, caller, uuids, values).json()["plan"]
    address = address_of(route.path, uuids)
    answer = RestClient(caller).send(route.method, address, values, x_plan=plan["fingerprint"])
    grown = {key: used - before.get(key, 0) for key, used in counted().items()}
    return plan, answer, {key: more for key, more in grown.items() if more > 0}


@pytest.mark.slow
@pytest.mark.django_db
def test_a_plan_that_is_sent_back_is_carried_out_and_counts_what_it_said():
    world = World()
    wrong = []
    for name in sorted(set(ROUTES) & set(ROWS) - {RECOUNT}):
        words = planner(world, name), world.path_of(ROUTES[name].path), values_of(world, name)
        if "plan" not in ask(ROUTES[name], *words).json():
            continue
        with taken_back():
            plan, answer, grown = carried_out(name, *words)
            refused = bool(plan["refusal"])
            if refused and refusal_code(answer) != plan["refusal"]["code"]:
                wrong.append((name, plan["refusal"]["code"], answer.status_code, answer.content))
            if not refused and answer.status_code >= 300:
                wrong.append((name, "planned", answer.status_code, answer.content))
            amounts = said_to_count(plan)
            wrong += [(name, key, more) for key, more in grown.items() if more > amounts[key[2]]]
    assert wrong == []
