"""Every address of every door, filled in with things that exist: a new page or route is tested by being there."""

import re
from dataclasses import dataclass

from django.contrib import admin
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from cloudportal.api.operations import OperationView
from cloudportal.api.routes import all_routes
from cloudportal.portal.forms import FormPage
from tenants.models import User
from tests.architecture.permissions.asking import address_of, nouns_in
from tests.support.clients import API

_PLACE = re.compile(r"<(\w+):(\w+)>")
# The nouns of portal pages whose addresses use other words than the REST door.
_NOUNS = {
    "infrastructure/regions": "regions",
    "infrastructure/zones": "zones",
    "infrastructure/os-categories": "os-categories",
    "infrastructure/os-types": "os-types",
    "infrastructure/pods": "pods",
    "infrastructure/clusters": "clusters",
    "infrastructure/hosts": "hosts",
    "infrastructure/pools": "storage-pools",
    "infrastructure/drift": "drifts",
    "infrastructure/dedications": "dedications",
    "infrastructure/placement": "instances",
    "project-invitations": "projects/invitations",
    "sizes": "service-offerings",
    "instance-notes": "instances/notes",
    "tokens": "api-tokens",
}
# Pages for whoever is not signed in; everything else asks who is there first.
OPEN_PAGES = {"sign-in", "sign-out", "appearance"}


@dataclass(frozen=True)
class Door:
    """One address: its name in failures, the path, and what serves it."""

    name: str
    path: str
    method: str = "GET"
    noun: str = ""


def rest_doors(world):
    """Every route of the REST door, about the user's things."""
    return [
        Door(route.name, API + address_of(route.path, _uuids(world, nouns_in(route.path))), route.method)
        for route in all_routes()
    ]


def portal_doors(world):
    """Every page of the portal; what has a uuid in its address is about the user's thing."""
    return [_portal_door(world, pattern, entry.name) for pattern, entry in _portal_patterns()]


def portal_door(world, name):
    """The page of that name, as `portal_doors` has it; nothing is made for the others."""
    pattern = next(path for path, entry in _portal_patterns() if entry.name == name)
    return _portal_door(world, pattern, name)


def portal_names():
    """The name of every page of the portal."""
    return {entry.name for _, entry in _portal_patterns()}


def rest_views():
    """What serves the REST door, address by address."""
    views = [getattr(entry.callback, "cls", None) for _, entry in _walk(get_resolver().url_patterns)]
    return [view for view in views if isinstance(view, type) and issubclass(view, OperationView)]


def form_pages():
    """Every form of the portal, as it is declared."""
    views = [getattr(entry.callback, "__wrapped__", None) for _, entry in _portal_patterns()]
    return [view.__self__ for view in views if isinstance(getattr(view, "__self__", None), FormPage)]


def admin_doors(row=None):
    """The lists and add pages of the admin and, for the model of `row`, the pages of that row."""
    names = {Door("admin index", reverse("admin:index"))}
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        names |= {Door(f"{base}_{page}", reverse(f"{base}_{page}")) for page in ("changelist", "add")}
        if isinstance(row, model):
            rows = ("change", "delete", "history")
            names |= {Door(f"{base}_{page}", reverse(f"{base}_{page}", args=[row.pk])) for page in rows}
    return sorted(names, key=lambda door: door.name)


def browser_of(caller, *, is_strict=False):
    """A browser in which the caller is signed in; a strict one is asked for CSRF tokens, as real ones are."""
    browser = Client(raise_request_exception=False, enforce_csrf_checks=is_strict)
    if caller is not None:
        user = User.objects.get(pk=caller.user_id)
        browser.force_login(user, backend="tenants.authentication.LocalPasswords")
    return browser


def ask(browser, door, body=None, method=None, **headers):
    """The bare answer. The REST door gets JSON, the others a form."""
    how, is_rest = (method or door.method).lower(), door.path.startswith(API)
    if how == "get":
        return browser.get(door.path, headers=headers)
    options = {"content_type": "application/json"} if is_rest else {}
    return getattr(browser, how)(door.path, body if body is not None else {}, headers=headers, **options)


def _portal_patterns():
    found = _walk(get_resolver().url_patterns)
    # Transfers have no page: whoever has a ticket is served, and tests/storage/test_transfers.py asks them.
    others = ("api/", "admin/", "transfers/")
    return [(path, entry) for path, entry in found if entry.name and not path.startswith(others)]


def _walk(entries, before=""):
    for entry in entries:
        where = f"{before}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, where)
        else:
            yield where, entry


def _portal_door(world, pattern, name):
    noun = _noun(pattern)
    fill = {"uuid": str(_uuids(world, _with_parents(noun))[-1]) if noun else "", "str": "a-token"}
    return Door(f"portal:{name}", "/" + _PLACE.sub(lambda place: fill[place[1]], pattern), noun=noun)


def _noun(pattern):
    before, place, _ = pattern.partition("/<uuid:")
    return _NOUNS.get(before, before) if place else ""


def _with_parents(noun):
    """`projects/invitations` → ("projects", "projects/invitations")."""
    parts = noun.split("/")
    return tuple("/".join(parts[: count + 1]) for count in range(len(parts)))


def _uuids(world, nouns):
    rows = []
    for noun in nouns:
        rows.append(world.the(noun, *rows))
    return [row.uuid for row in rows]
