"""The permission matrix: every route and every object-valued argument, for every persona."""

import pytest

from cloudportal.api.routes import all_routes
from tests.architecture.permissions.asking import ask, nobody, nouns_in, outcome, refusal_code
from tests.architecture.permissions.audiences import NONE, PERSONAS, YES
from tests.architecture.permissions.rows import REFERENCES, ROWS, VALUES
from tests.architecture.permissions.things import THINGS, World

ROUTES = {route.name: route for route in all_routes()}
WITH_REFERENCES = [
    pytest.param(name, field, id=f"{name} {field}")
    for name, route in ROUTES.items()
    for field in route.body_uuids
    if REFERENCES.get(field)
]


def test_every_route_has_a_row_and_every_row_a_route():
    assert set(ROWS) == set(ROUTES)


def test_every_noun_in_a_path_can_be_made():
    assert {noun for route in ROUTES.values() for noun in nouns_in(route.path)} <= set(THINGS)


def test_every_reference_in_a_body_is_of_a_known_noun():
    fields = {field for route in ROUTES.values() for field in route.body_uuids}
    assert fields <= set(REFERENCES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in ROUTES if name in ROWS])
def test_a_route_answers_each_persona_as_the_matrix_says(name):
    world, route = World(), ROUTES[name]
    uuids = world.path_of(route.path)
    values = VALUES[name](world) if name in VALUES else {}
    said = {one: outcome(ask(route, world.caller(one), uuids, values)) for one in PERSONAS}
    expected = vars(ROWS[name])
    assert not {one: f"{said[one]}, not {expected[one]}" for one in PERSONAS if said[one] != expected[one]}


@pytest.mark.any_database
@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", [name for name, route in ROUTES.items() if route.path_uuids and name in ROWS]
)
def test_what_does_not_exist_looks_like_what_is_not_yours(name):
    world, route = World(), ROUTES[name]
    values = VALUES[name](world) if name in VALUES else {}
    missing = [nobody() for _ in route.path_uuids]
    for persona in PERSONAS:
        expected = getattr(ROWS[name], persona)
        said = outcome(ask(route, world.caller(persona), missing, values))
        assert said == (NONE if expected == YES else expected), persona


@pytest.mark.any_database
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "field"), WITH_REFERENCES)
def test_an_argument_cannot_reach_what_is_not_yours(name, field):
    world, route = World(), ROUTES[name]
    persona = next(one for one in ("user", "domain_admin", "root_admin") if getattr(ROWS[name], one) == YES)
    uuids, caller = world.path_of(route.path), world.caller(persona)
    said = set()
    for stranger in (nobody(), *world.strange(REFERENCES[field], persona)):
        values = world.put(VALUES[name](world), field, stranger)
        said.add(refusal_code(ask(route, caller, uuids, values)))
    assert said in ({"not-found"}, {"invalid-input"})


@pytest.mark.any_database
@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(VALUES))
def test_the_values_of_the_matrix_are_good_values(name):
    world, route = World(), ROUTES[name]
    persona = next(one for one in ("user", "domain_admin", "root_admin") if getattr(ROWS[name], one) == YES)
    answer = ask(route, world.caller(persona), world.path_of(route.path), VALUES[name](world))
    assert refusal_code(answer) is None, answer.content
