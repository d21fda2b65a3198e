"""Whatever is sent, the answer is one of ours: no fault, and nothing about how the program is made (CVE-2019-14433)."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudportal.api.routes import all_routes
from cloudportal.api.shapes import Nothing
from tests.architecture.permissions.asking import nouns_in
from tests.architecture.permissions.rows import VALUES
from tests.architecture.permissions.things import World
from tests.security.doors import admin_doors, ask, browser_of, portal_doors, rest_doors
from tests.support.clients import API

# The same in every process, as names of tests must be.
NOBODY = "7d3d6a5e-3c1f-4a52-9d0b-6f1d2c3b4a59"

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROUTES = {route.name: route for route in all_routes()}
CHANGING = sorted(name for name, route in ROUTES.items() if route.operation.can_be_planned)
READING = sorted(name for name, route in ROUTES.items() if route.operation.reads)
JUNK = (None, True, -1, 2**63, 1.5, "' OR 1=1 --", "{0}{{7*7}}%s", "0" * 4000, [None], {"a": {"b": []}})
WORDS = ("", "-1", "9" * 30, "\x00", "' OR 1=1 --")
INTERNALS = re.compile(
    r"Traceback|File \"|\.py\b|site-packages|django\.|rest_framework|OperationalError|IntegrityError|"
    r"DoesNotExist|SELECT .+ FROM|sqlite|mysql|libvirt\.|<module|0x[0-9a-f]{8,}|object at ",
)


def fault(answer):
    """What is wrong with an answer: that it is a fault of ours, or a refusal that tells how the program is made.

    A list that is granted may well name a file: the settings of a host are its operator's to read.
    """
    text = answer.content.decode(errors="replace")
    found = INTERNALS.search(text) if answer.status_code >= 400 else None
    return (answer.status_code, found and found[0]) if answer.status_code >= 500 or found else None


def faults(told):
    return {name: fault(answer) for name, answer in told.items() if fault(answer)}


def plan(browser, door, body):
    path = f"{door.path}?plan=1"
    return browser.generic(door.method, path, json.dumps(body), content_type="application/json")


def fields_of(name):
    return (ROUTES[name].operation.takes or Nothing)().fields


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:30])
def test_no_field_of_any_route_can_be_made_to_fail(junk):
    world = World()
    doors = {door.name: door for door in rest_doors(world)}
    browser = browser_of(world.personas.root_admin)
    bodies = {name: VALUES[name](world) if name in VALUES else {} for name in CHANGING}
    told = {
        f"{name} {field}": plan(browser, doors[name], {**bodies[name], field: junk})
        for name in CHANGING
        for field in fields_of(name)
    }
    assert len(told) > 100
    assert faults(told) == {}


def test_no_filter_of_any_list_can_be_made_to_fail():
    world = World()
    doors = {door.name: door for door in rest_doors(world)}
    browser = browser_of(world.personas.root_admin)
    told = {
        f"{name} {parameter}={word}": browser.get(doors[name].path, {parameter: word})
        for name in READING
        for parameter in ROUTES[name].operation.known_parameters
        for word in WORDS
    }
    assert len(told) > 500
    assert faults(told) == {}


NESTED = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


class TestAnything:
    @pytest.fixture(autouse=True)
    def world(self, db):
        world = World()
        self.doors = {door.name: door for door in rest_doors(world)}
        self.browser = browser_of(world.personas.root_admin)
        self.places = [(name, field) for name in CHANGING for field in fields_of(name)]

    @given(data=st.data(), value=NESTED)
    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    def test_no_value_makes_any_route_fail(self, data, value):
        name, field = data.draw(st.sampled_from(self.places))
        answer = plan(self.browser, self.doors[name], {field: value})
        assert fault(answer) is None, (name, field, answer.content)


@pytest.mark.parametrize("part", ["'", "%00", "%ff", "a" * 3000])
def test_no_address_can_be_made_to_fail(part):
    world = World()
    browser = browser_of(world.personas.root_admin)
    addresses = {f"{API}{noun}/{part}/" for route in ROUTES.values() for noun in nouns_in(route.path)}
    addresses |= {door.path.rstrip("/") + f"/{part}" for door in portal_doors(world)}
    assert faults({address: browser.get(address) for address in addresses}) == {}


def test_no_page_fails_for_anybody():
    world = World()
    doors = [*portal_doors(world), *admin_doors()]
    callers = ("user", "read_only_admin")
    browsers = {persona: browser_of(world.caller(persona)) for persona in callers}
    told = {
        f"{persona} {door.name}": ask(browser, door)
        for persona, browser in browsers.items()
        for door in doors
    }
    assert {name: one for name, one in faults(told).items() if one[0] >= 500} == {}
