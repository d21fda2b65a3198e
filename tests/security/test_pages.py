"""What every page is made of, whoever looks and whatever people have typed: headers, hostile words, strangers' things,
and where one is sent afterwards.

CVE-2026-61399, CVE-2013-2136 (stored scripts), CVE-2020-29565 (open redirects), CVE-2026-65613 (strangers' children).
"""

import re
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from cloudportal.core.secrets import EncryptedField
from tenants.models import Account
from tests.architecture.permissions.things import SHARED, World
from tests.security.doors import Door, admin_doors, ask, browser_of, portal_doors, rest_doors
from tests.support.admin import rows_of
from tests.support.pages import HOSTILE, Page

pytestmark = pytest.mark.django_db

OURS = ("jobs", "events", "tenants", "topology", "storage", "networking", "compute", "usage")
# Texts that programs choose and read; what stands in them is never a person's words.
WORDS_OF_PROGRAMS = {
    "state", "kind", "driver", "queue", "level", "stage", "meter", "power", "path", "domain_path", "resource", "mode",
    "source", "format", "os_type", "driver_name", "placement", "key", "open_key", "code", "message_code", "timezone",
    "type", "subject_type", "door", "source_address", "last_used_address", "cidr", "gateway", "ip", "mac", "digest",
    "token_hash", "session_salt", "password", "checksum", "machine_id", "hypervisor", "thing", "tls", "nesting",
    "expression", "time_zone", "verb", "interval", "policy",
    "worker", "theme", "network_suffix", "pattern", "prefix", "locator", "scope", "identity", "guid",
}  # fmt: skip
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "///evil.example",
    "\thttps://evil.example",
)


def make_hostile():
    """Writes a name that wants to be markup into every text of every row, past all services."""
    portals_own = Account.objects.get(domain__parent=None, name="admin").pk
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for name in _texts(model):
                # Counted, for a key may be too long for a short column, and a cut one no longer differs from others.
                for count, row in enumerate(model._default_manager.order_by("pk")):
                    words = f"{HOSTILE}{count}"[: model._meta.get_field(name).max_length]
                    model._default_manager.filter(pk=row.pk).update(**{name: words})
    # The portal finds its own account by this name.
    Account.objects.filter(pk=portals_own).update(name="admin")


def _texts(model):
    """The model's columns with people's words."""
    plain = [one for one in model._meta.fields if isinstance(one, models.CharField | models.TextField)]
    kept = [one for one in plain if not isinstance(one, EncryptedField) and one.name not in WORDS_OF_PROGRAMS]
    return [one.name for one in kept]


def markup(answer):
    """Elements and attributes of a page that only a person's words could have made."""
    page = Page(answer)
    scripts = [one.text for one in page.all("script") if not one["src"] and one.text.strip()]
    handlers = [name for one in page.walk() for name in one.attributes if name.lower().startswith("on")]
    links = [
        one["href"]
        for one in page.walk()
        if str(one["href"]).strip().lower().startswith(("javascript:", "data:"))
    ]
    return [*scripts, *handlers, *links, *[one["src"] for one in page.all("img", src="x")]]


def pages_of(world):
    rows = rows_of(world.personas.domain)
    admin = {door.path: door for row in rows for door in admin_doors(row)}
    return [*portal_doors(world), *admin.values()]


@pytest.mark.slow
def test_hostile_words_are_only_words_on_every_page():
    world = World()
    doors = pages_of(world)
    browser = browser_of(world.personas.root_admin)
    make_hostile()
    told = {door.name: ask(browser, door) for door in doors}
    shown = [name for name, one in told.items() if b"alert(" in one.content]
    assert len(shown) > 100
    assert {name: markup(one) for name, one in told.items() if markup(one)} == {}
    assert {name: one.status_code for name, one in told.items() if one.status_code >= 500} == {}


def test_hostile_words_in_an_answer_of_the_rest_door_are_not_read_as_a_page():
    world = World()
    doors = [door for door in rest_doors(world) if door.method == "GET"]
    browser = browser_of(world.personas.root_admin)
    make_hostile()
    told = {door.name: ask(browser, door) for door in doors}
    heads = {(one["Content-Type"], one["X-Content-Type-Options"]) for one in told.values()}
    assert heads <= {("application/json", "nosniff"), ("application/vnd.oai.openapi+json", "nosniff")}


def test_every_answer_says_what_browsers_may_do_with_it():
    world = World()
    browser = browser_of(world.personas.root_admin)
    doors = [*portal_doors(world), *admin_doors(), *rest_doors(world), Door("nowhere", "/no/such/page/")]
    told = {door.name: ask(browser, door, method="GET") for door in doors}
    assert {name for name, one in told.items() if not is_careful(one)} == set()
    assert {
        name
        for name, one in told.items()
        if one.status_code == 200 and "no-store" not in one["Cache-Control"]
    } == set()


def is_careful(answer):
    policy = answer.headers.get("Content-Security-Policy", "")
    scripts = re.search(r"script-src ([^;]*)", policy)
    return (
        answer.headers.get("X-Content-Type-Options") == "nosniff"
        and answer.headers.get("X-Frame-Options") == "DENY"
        and answer.headers.get("Referrer-Policy") == "same-origin"
        and scripts is not None
        and scripts[1].split() == ["'self'"]
        and "unsafe" not in policy
    )


@pytest.mark.parametrize("persona", ["neighbour", "other_domain_admin"])
def test_a_stranger_has_no_page_of_anybody_elses_things(persona):
    world = World()
    doors = [door for door in portal_doors(world) if door.noun and door.noun not in SHARED]
    browser = browser_of(world.caller(persona))
    assert len(doors) > 30
    for method in ("GET", "POST"):
        told = {door.name: (ask(browser, door, method=method), door) for door in doors}
        statuses = {name: one.status_code for name, (one, _) in told.items()}
        assert {name: status for name, status in statuses.items() if status not in (403, 404, 405)} == {}, (
            method
        )


def test_what_does_not_exist_looks_like_what_is_anybody_elses():
    world = World()
    doors = [door for door in portal_doors(world) if door.noun and door.noun not in SHARED]
    browser = browser_of(world.personas.neighbour)
    uuid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    once = re.compile(r"\b[0-9A-Za-z]{64}\b")

    def told(path):
        return once.sub("…", uuid.sub("…", browser.get(path).content.decode()))

    assert {
        door.name for door in doors if told(door.path) != told(uuid.sub(str(uuid4()), door.path))
    } == set()


def test_nobody_is_sent_to_another_site():
    world = World()
    doors = [
        *portal_doors(world),
        *admin_doors(),
        Door("admin login", "/admin/login/"),
        Door("out", "/admin/logout/"),
    ]
    browsers = [Client(raise_request_exception=False), browser_of(world.personas.user)]
    sent = {
        (door.name, answer.headers.get("Location", ""))
        for browser in browsers
        for door in doors
        for elsewhere in ELSEWHERE[:2]
        for answer in (browser.get(door.path, {"next": elsewhere, "back": elsewhere}),)
    }
    assert {one for one in sent if urlsplit(one[1]).netloc} == set()


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_form_sends_nobody_to_another_site(elsewhere):
    browser = browser_of(World().personas.user)
    answer = browser.post("/appearance/", {"colours": "dark", "next": elsewhere})
    assert answer["Location"] == "/"
