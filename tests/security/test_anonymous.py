"""Nobody in particular: strangers get nowhere, whatever they claim, and leave nothing behind.

Horizon OSSA-2026-009 (sessions made by anonymous requests), keystonemiddleware OSSA-2026-001 (identity headers),
oVirt CVE-2024-0822 (an address without authentication).
"""

import pytest
from django.contrib.sessions.models import Session

from tests.architecture.permissions.things import World
from tests.security.doors import OPEN_PAGES, admin_doors, ask, browser_of, portal_doors, rest_doors

pytestmark = pytest.mark.django_db

CLAIMS = {
    "Remote-User": "root",
    "X-Remote-User": "root",
    "X-Forwarded-User": "root",
    "X-User": "root",
    "X-User-Id": "1",
    "X-Auth-User": "root",
    "X-Roles": "admin",
    "X-Is-Admin-Project": "True",
    "X-Project": "00000000-0000-0000-0000-000000000001",
    "X-Original-URL": "/sign-in/",
    "X-Rewrite-URL": "/sign-in/",
    "X-HTTP-Method-Override": "GET",
    "X-Forwarded-For": "127.0.0.1",
}


def pages(world):
    return [one for one in portal_doors(world) if one.name.removeprefix("portal:") not in OPEN_PAGES]


def answers(doors, method=None, **headers):
    """By name, what a stranger is told: the status, and where they are sent."""
    browser = browser_of(None)
    told = {door.name: ask(browser, door, method=method, **headers) for door in doors}
    return {
        name: (one.status_code, one.headers.get("Location", "").partition("?")[0])
        for name, one in told.items()
    }


def others(told, *expected):
    return {name: one for name, one in told.items() if one not in expected}


def test_no_route_answers_a_stranger_whatever_they_claim_to_be():
    told = answers(rest_doors(World()), **CLAIMS)
    assert len(told) > 100
    assert set(others(told, (401, ""))) == {"POST session/"}


def test_every_page_sends_a_stranger_to_sign_in_whatever_they_claim_to_be():
    told = answers(pages(World()), **CLAIMS)
    assert len(told) > 100
    assert others(told, (302, "/sign-in/"), (405, "")) == {}


def test_no_page_takes_anything_from_a_stranger():
    told = answers(pages(World()), method="POST", **CLAIMS)
    assert others(told, (302, "/sign-in/"), (405, "")) == {}


def test_the_admin_sends_a_stranger_to_sign_in_whatever_they_claim_to_be():
    told = answers(admin_doors(), **CLAIMS)
    assert len(told) > 40
    assert others(told, (302, "/sign-in/"), (302, "/admin/login/")) == {}


def test_a_stranger_leaves_no_session_and_no_cookie_for_one():
    world, browser = World(), browser_of(None)
    before = Session.objects.count()
    for door in [*rest_doors(world), *portal_doors(world), *admin_doors()]:
        ask(browser, door)
    assert Session.objects.count() == before
    assert "sessionid" not in browser.cookies
