"""Values that nobody asked for (MAAS CVE-2025-7044, CVE-2026-25199): every column's name, sent to every route.

A route that takes what it did not declare would let its caller write what is the server's to write.
"""

import json

import pytest
from django.apps import apps

from cloudportal.api.routes import all_routes
from cloudportal.api.shapes import Nothing
from tests.architecture.permissions.rows import VALUES
from tests.architecture.permissions.things import World
from tests.security.doors import ask, browser_of, form_pages, rest_doors
from tests.security.rows import everything

ROUTES = {route.name: route for route in all_routes()}
CHANGING = sorted(name for name, route in ROUTES.items() if not route.operation.reads)
OURS = ("jobs", "events", "api", "tenants", "topology", "storage", "networking", "compute", "usage")
COLUMNS = {
    field.name
    for label in OURS
    for model in apps.get_app_config(label).get_models()
    for field in model._meta.fields
}
INVENTED = {
    "pk",
    "is_superuser",
    "is_staff",
    "user_id",
    "account_id",
    "domain_id",
    "role_id",
    "account__domain",
    "_connector",
    "__class__",
    "__proto__",
    "",
}
# What is the server's to say, and in which bodies the same word means something that the caller may say.
SERVERS_OWN = {
    "id": (),
    "uuid": (),
    "created_at": (),
    "state": (),
    "power": (),
    # Where root administrators want something; everybody else is refused with the field.
    "host": ("POST storage-pools/", "POST dedications/", "POST instances/", "POST instances/{uuid}/start/"),
    "last_host": (),
    "held_by": (),
    "locator": (),
    "is_builtin": (),
    "is_project": (),
    "is_admin": (),
    "path": (),
    "domain_path": (),
    "account_uuid": (),
    "caller": (),
    "secret": (),
    "secrets": (),
    "digest": (),
    "key": (),
    "token_hash": (),
    "sealed": (),
    "source": (),
    "session_salt": (),
    "directory_dn": (),
    "used": (),
    # What the file that comes in must have, which is compared and never believed.
    "checksum": (
        "POST templates/",
        "POST template-uploads/",
        "POST volumes/",
        "POST volume-uploads/",
    ),
    "virtual_size_bytes": (),
    "machine_id": (),
    "claimed_cpus": (),
    "claimed_memory_mib": (),
    "password": (
        "POST session/",
        "POST users/",
        "POST users/{uuid}/set-password/",
        "POST directory-servers/{uuid}/try-sign-in/",
    ),
}
# Passwords that are being given, choices among accounts and hosts that the caller may see, and what a file must be.
PAGES_MAY_ASK = {
    ("account-add", "password"),
    ("user-add", "password"),
    ("user-password", "password"),
    ("user-add", "account_uuid"),
    ("project-member-add", "account_uuid"),
    ("instance-deploy", "host"),
    ("instance-choose-host", "host"),
    ("template-add", "checksum"),
    ("template-send", "checksum"),
    ("volume-fetch", "checksum"),
    ("volume-send", "checksum"),
}


def declared(name):
    """The fields that the route takes, as callers send them."""
    return set((ROUTES[name].operation.takes or Nothing)().fields)


def refused_fields(answer):
    return set(answer.json().get("fields", {}))


def test_no_route_declares_what_is_the_servers_to_say():
    wrong = {
        (name, field)
        for name in CHANGING
        for field in declared(name) & set(SERVERS_OWN)
        if name not in SERVERS_OWN[field]
    }
    assert wrong == set()


def test_no_page_declares_what_is_the_servers_to_say():
    forms = {page.route: set(page.form.base_fields) for page in form_pages()}
    assert len(forms) > 20
    wrong = {(name, field) for name, fields in forms.items() for field in fields & set(SERVERS_OWN)}
    assert wrong == PAGES_MAY_ASK


@pytest.mark.django_db
def test_no_route_takes_what_it_does_not_declare():
    world = World()
    doors = {door.name: door for door in rest_doors(world)}
    browser = browser_of(world.personas.root_admin)
    bodies = {name: VALUES[name](world) if name in VALUES else {} for name in CHANGING}
    before, let_through = everything(), {}
    for name in CHANGING:
        extra = {word: "changed" for word in (COLUMNS | INVENTED) - declared(name)}
        answer = ask(browser, doors[name], body=json.dumps({**bodies[name], **extra}))
        let_through[name] = (answer.status_code, set(extra) - {"", *refused_fields(answer)})
    assert {name: told for name, told in let_through.items() if told != (400, set())} == {}
    assert everything() == before


@pytest.mark.django_db
def test_no_driver_takes_settings_that_it_does_not_declare():
    world = World()
    doors = {door.name: door for door in rest_doors(world)}
    browser = browser_of(world.personas.root_admin)
    with_settings = [name for name in CHANGING if "settings" in declared(name)]
    bodies = {
        name: {"name": "x", **(VALUES[name](world) if name in VALUES else {})} for name in with_settings
    }
    assert len(with_settings) >= 3
    for name in with_settings:
        settings = {**bodies[name].get("settings", {}), "emulator": "/bin/sh"}
        answer = ask(browser, doors[name], body=json.dumps({**bodies[name], "settings": settings}))
        assert (answer.status_code, refused_fields(answer)) == (400, {"settings.emulator"}), name
