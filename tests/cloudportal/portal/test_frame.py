"""What all pages share: the frame, the menu, colours, errors, and what becomes of refusals."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from cloudportal.core.actions import Action
from cloudportal.core.errors import (
    Busy,
    Conflict,
    InvalidInput,
    LimitReached,
    NoRoom,
    NotFound,
    NotPermitted,
    PlanChanged,
    TooManyRequests,
    WrongState,
)
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import addresses, menu
from cloudportal.portal.buttons import Button, PageLink, arranged
from cloudportal.portal.forms import PortalForm
from cloudportal.portal.pages import page
from cloudportal.portal.queries import Asked, Filter
from cloudportal.portal.standing import stands_at
from cloudportal.urls import PAGES
from tests.support import factories
from tests.support.pages import HOSTILE, Page, PageClient

pytestmark = pytest.mark.django_db

REFUSALS = {
    "not-found": NotFound(noun="thing", uuid=HOSTILE),
    "not-permitted": NotPermitted(action=HOSTILE),
    "wrong-state": WrongState(noun="thing", state=HOSTILE, action="go", needed="up"),
    "busy": Busy(noun=HOSTILE),
    "conflict": Conflict(),
    "limit": LimitReached(owner=HOSTILE, maximum=1, resource="things", used=1, wanted=1),
    "room": NoRoom(reason=HOSTILE),
    "input": InvalidInput.of("name", HOSTILE),
    "plan": PlanChanged(),
    "fast": TooManyRequests(retry_after_seconds=5),
}


def refuse(request, caller, kind):
    """A page that is always refused."""
    raise REFUSALS[kind]


def stumble(request, caller):
    """A page that breaks."""
    raise RuntimeError("canary-detail")


urlpatterns = [
    path("", include((PAGES, "portal"))),
    path("refuse/<str:kind>/", page(refuse)),
    path("stumble/", page(stumble)),
]
handler404 = "cloudportal.portal.errors.not_found"
handler500 = "cloudportal.portal.errors.our_mistake"


@pytest.fixture
def who():
    return factories.make_personas()


@pytest.fixture
def browser(who):
    return PageClient(who.user)


@pytest.mark.parametrize("kind", REFUSALS)
def test_every_refusal_is_a_page_with_its_status_and_its_sentence(browser, kind):
    with override_settings(ROOT_URLCONF="tests.cloudportal.portal.test_frame"):
        shown = browser.open(f"/refuse/{kind}/")
    assert shown.status == REFUSALS[kind].status
    assert shown.one(role="alert").text == " ".join(REFUSALS[kind].detail.split())
    assert not [one for one in shown.all("script") if not one["src"]]
    assert shown.all("nav", class_="menu")


def test_a_mistake_of_ours_says_so_and_nothing_of_what_it_was(browser):
    with override_settings(ROOT_URLCONF="tests.cloudportal.portal.test_frame"):
        shown = browser.open("/stumble/")
    assert (shown.status, shown.title) == (500, "Something went wrong")
    assert "canary-detail" not in shown.source
    assert "Content-Security-Policy" in shown.answer


def test_an_address_that_leads_nowhere_says_so_to_everybody(browser):
    for one in (browser, PageClient()):
        shown = one.open("/no/such/page/")
        assert (shown.status, shown.title) == (404, "Not found")


def test_a_form_without_its_token_is_explained(who):
    client = Client(enforce_csrf_checks=True)
    shown = Page(client.post("/sign-in/", {}))
    assert (shown.status, shown.title) == (403, "This form has expired")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_changed_from_another_site(who, method):
    browser = PageClient(who.user)
    browser.client.handler.enforce_csrf_checks = True
    assert getattr(browser.client, method)("/appearance/", {"colours": "dark"}).status_code == 403


def test_colours_are_kept_in_a_cookie_and_sent_with_every_page(browser):
    assert browser.get("home").one("html")["data-colours"] == "auto"
    answer = browser.send("appearance", colours="dark", next="/jobs/?state=done")
    assert answer["Location"] == "/jobs/?state=done"
    assert answer.cookies["colours"]["httponly"]
    shown = browser.get("home")
    assert shown.one("html")["data-colours"] == "dark"
    assert [one["aria-pressed"] for one in shown.all("button", name="colours")] == ["false", "false", "true"]


def test_colours_that_there_are_not_change_nothing(browser):
    browser.send("appearance", colours=HOSTILE)
    assert "colours" not in browser.client.cookies
    browser.client.cookies["colours"] = '"><script>'
    assert browser.get("home").one("html")["data-colours"] == "auto"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_choosing_colours_sends_nobody_away(browser, elsewhere):
    assert browser.send("appearance", colours="light", next=elsewhere)["Location"] == "/"


def test_an_address_is_safe_only_as_a_path_of_ours():
    request = RequestFactory().get("/")
    assert addresses.safe(request, "/instances/?q=a", otherwise="/") == "/instances/?q=a"
    assert addresses.safe(request, None, otherwise="/x/") == "/x/"


def test_the_menu_has_what_each_persona_has_a_use_for(who):
    def labels(caller):
        return [line.label for section in menu.menu_for(caller, "/") for line in section.lines]

    tenant, admin, root = labels(who.user), labels(who.domain_admin), labels(who.root_admin)
    assert tenant == [
        "Overview",
        "Instances",
        "Instance snapshots",
        "Volumes",
        "Snapshots",
        "Networks",
        "IP addresses",
        "Security groups",
        "Templates",
        "Projects",
        "SSH keys",
        "User data",
        "Affinity groups",
        "Jobs",
        "Events",
        "Usage",
    ]
    assert {"Domains", "Accounts", "Users"} <= set(admin) - set(tenant)
    assert {"Zones", "Hosts", "Storage pools", "Alerts", "Drift"} <= set(root) - set(admin)


def test_only_admins_are_led_to_the_administration(who):
    assert "/admin/" in PageClient(who.domain_admin).get("home").links
    assert "/admin/" not in PageClient(who.user).get("home").links


def test_an_entry_leads_to_one_page_and_a_page_has_one_entry():
    with pytest.raises(ValueError, match="Two entries"):
        menu.entry("Other", "instances", icon="x", section="Resources", order=1)
    with pytest.raises(ValueError, match="no section"):
        menu.entry("Other", "other", icon="x", section="Nowhere", order=1)


def test_roles_without_a_permission_do_not_find_its_page(who):
    account = factories.make_account(role=factories.make_role(rules=("event.read",)))
    browser = PageClient(factories.make_user(account))
    shown = browser.get("home")
    assert [one.text for one in shown.one("nav", class_="menu").all("a")] == ["Overview", "Events"]
    assert browser.get("instances").status == 403


def test_the_button_that_comes_first_is_the_first_that_can_be_pressed_without_harm():
    buttons = [
        Button("a", "A", "/a", "x", reason="Not now."),
        Button("b", "B", "/b", "x", is_dangerous=True),
        Button("c", "C", "/c", "x"),
        Button("d", "D", "/d", "x"),
    ]
    found = arranged(buttons)
    assert found.first.name == "c"
    assert [one.name for one in found.rest] == ["b", "d", "a"]
    assert arranged([]).first is None


def test_a_link_is_for_those_who_may(who):
    link = PageLink("Go", "home", Action("thing.do", "Do"))
    assert link.for_caller(who.user) is None
    assert link.for_caller(who.root_admin) is link


def test_what_a_list_is_asked_for_is_kept_in_every_link_of_it():
    data = QueryDict("q=web&state=running&sort=-name&page=3&size=50&evil=1")
    asked = Asked.of("/x/", data, ["state", "zone"])
    assert asked.url() == "/x/?q=web&sort=-name&size=50&state=running"
    assert asked.url(page=2) == "/x/?q=web&sort=-name&size=50&state=running&page=2"
    assert asked.url(state="") == "/x/?q=web&sort=-name&size=50"
    assert dict(asked.kept()) == {"state": "running", "sort": "-name", "size": "50"}


def test_a_filter_takes_its_choices_or_an_id_and_nothing_else():
    chosen = Filter("state", "State", "state", lambda caller: [("up", "up")])
    by_id = Filter("host", "Host", "host__uuid")
    assert chosen.condition("up", [("up", "up")]) is not None
    assert chosen.condition("down", [("up", "up")]) is None
    assert by_id.condition("not-an-id", []) is None


class TypedForm(PortalForm):
    """A form of one field."""

    name = forms.CharField()


def test_a_refusal_that_names_no_field_stands_on_top(who):
    form = TypedForm({"name": "x"}, caller=who.user)
    assert form.is_valid()
    form.refuse(LimitReached(owner="You", maximum=1, resource="things", used=1, wanted=1))
    assert "You may have 1 things" in form.non_field_errors()[0]


def test_a_refusal_of_a_field_that_is_not_shown_is_not_lost(who):
    form = TypedForm({"name": "x"}, caller=who.user)
    form.is_valid()
    form.refuse(InvalidInput.of("hidden", "Not that one."))
    assert form.non_field_errors() == ["Not that one."]


def test_only_a_field_to_choose_from_is_offered_choices(who):
    with pytest.raises(TypeError):
        TypedForm(caller=who.user).offer("name", [])


def test_a_column_for_admins_is_not_for_tenants_nor_inside_projects(who):
    assert stands_at(who.domain_admin, RoleKind.DOMAIN_ADMIN)
    assert not stands_at(who.user, RoleKind.DOMAIN_ADMIN)
    assert not stands_at(replace(who.domain_admin, project_uuid=uuid4()), RoleKind.DOMAIN_ADMIN)


def test_the_start_page_of_somebody_new_says_what_to_do_first(browser):
    shown = browser.get("home")
    assert "An instance is a machine of your own" in shown.text
    assert len(shown.one("main").all("a", href="/instances/deploy/")) >= 1
    assert "Nothing yet." in shown.text
