"""Another site makes a signed-in browser send something (CVE-2024-45693): refused at every address of every door."""

import pytest

from tests.architecture.permissions.things import World
from tests.security.doors import admin_doors, ask, browser_of, portal_doors, rest_doors
from tests.security.rows import everything

pytestmark = pytest.mark.django_db


def answers(browser, doors, method=None):
    return {door.name: ask(browser, door, method=method) for door in doors}


def taken(told):
    """What was not refused for want of a token. An address that takes no such method at all is no way in either."""
    return {name: one.status_code for name, one in told.items() if one.status_code not in (403, 405)}


def test_no_route_takes_a_sessions_change_without_its_token():
    world = World()
    browser = browser_of(world.personas.root_admin, is_strict=True)
    changing = [door for door in rest_doors(world) if door.method != "GET" and door.name != "POST session/"]
    told = answers(browser, changing)
    assert len(told) > 80
    assert {
        name: one.json()["code"] for name, one in told.items() if one.json()["code"] != "csrf-failed"
    } == {}


def test_no_page_takes_a_form_without_its_token():
    world = World()
    told = answers(browser_of(world.personas.root_admin, is_strict=True), portal_doors(world), method="POST")
    assert len(told) > 100
    assert taken(told) == {}


def test_the_admin_takes_no_form_without_its_token():
    world = World()
    browser = browser_of(world.personas.root_admin, is_strict=True)
    rows = [world.the(noun) for noun in ("users", "accounts", "hosts", "instances", "roles")]
    doors = {door.path: door for row in rows for door in admin_doors(row)}
    assert taken(answers(browser, doors.values(), method="POST")) == {}


def test_reading_changes_nothing():
    """A picture on another site can ask for any address, so what acts must not answer to GET."""
    world = World()
    browser = browser_of(world.personas.root_admin)
    doors = [
        *portal_doors(world),
        *[door for door in rest_doors(world) if door.method == "GET"],
        *admin_doors(),
    ]
    before = everything()
    told = answers(browser, doors)
    assert everything() == before
    assert {name: one.status_code for name, one in told.items() if one.status_code >= 500} == {}
