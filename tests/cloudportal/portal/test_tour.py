"""Every page that there is, as each persona finds it: it answers, it is sound HTML, and nothing foreign is in it."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.urls import get_resolver

from cloudportal.portal import errors
from cloudportal.portal.middleware import POLICY
from compute.models import Instance
from tests.support import factories
from tests.support.factories_portal import make_furnished_town
from tests.support.jobs import run_jobs
from tests.support.pages import Page, PageClient
from tests.support.tour import rendered_templates, shape_of, walk

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PERSONAS = ("root_admin", "read_only_admin", "domain_admin", "user")
# Their pages differ by state, and by what may be done to them.
MANY = {
    "/instances/<uuid>/?": 8,
    "/domains/<uuid>/?": 3,
    "/nics/<uuid>/?": 12,
    "/addresses/<uuid>/?": 12,
    "/volumes/<uuid>/?": 12,
    "/templates/<uuid>/?": 6,
    "/security-groups/<uuid>/?": 4,
    "/snapshot-schedules/<uuid>/?": 2,
    "/events/<uuid>/?": 8,
}
INLINE = re.compile(r"\son[a-z]+=|\sstyle=|javascript:", re.IGNORECASE)
# What a template should have filled in; `${{ name }}` is how people write variables into user data.
PLACEHOLDER = re.compile(r"(?<!\$)\{\{|\{%")
# A third of what a peer needs for a page of fifty rows.
LARGEST_BYTES = 92 * 1024


@pytest.fixture
def town():
    return make_furnished_town()


def faults_of(address, page):
    """What is wrong with a page, in words."""
    ids = [one["id"] for one in page.walk() if one["id"]]
    described = [word for one in page.walk() for word in (one["aria-describedby"] or "").split()]
    images = [one for one in page.all("img") if one["alt"] is None]
    buttons = [one for one in page.all("button") + page.all("a") if not (one.text or _label(one))]
    checks = {
        f"answers {page.status}": page.status != 200,
        "has no single h1": len(page.all("h1")) != 1,
        "has no language": page.one("html")["lang"] != "en",
        "has no skip link": not page.all("a", class_="skip"),
        "has no main": len(page.all("main")) != 1,
        f"repeats ids {sorted({one for one in ids if ids.count(one) > 1})}": len(ids) != len(set(ids)),
        f"describes by what is not there: {set(described) - set(ids)}": bool(set(described) - set(ids)),
        "has a picture without words": bool(images),
        f"has a button without words: {buttons[:1]}": bool(buttons),
        "has script or style in it": bool(INLINE.search(page.source)) or bool(page.all("style")),
        "has a script of its own": any(not one["src"] for one in page.all("script")),
        "has no policy": page.answer["Content-Security-Policy"] != POLICY,
        "is kept by caches": "no-store" not in page.answer["Cache-Control"],
        f"is of {len(page.source)} bytes": len(page.source) > LARGEST_BYTES,
        "has a form without a token": any(
            not one.all("input", name="csrfmiddlewaretoken")
            for one in page.all("form")
            if one["method"] == "post"
        ),
        "shows a placeholder": bool(PLACEHOLDER.search(page.source)) or "None" in page.one("main").text,
        "has a title of nothing": page.one("title").text.startswith("·"),
    }
    return [f"{address} {words}" for words, is_wrong in checks.items() if is_wrong]


def _label(element):
    inner = [one["aria-label"] for one in element.walk() if one["aria-label"]]
    return inner or element["title"]


def test_every_page_is_sound_and_somebody_is_led_to_it(town):
    """One tour as each persona, for it takes a minute: all that is asked of every page is asked on it."""
    shapes = set()
    with rendered_templates() as names:
        for persona in PERSONAS:
            visited = list(walk(PageClient(getattr(town.who, persona)), again=MANY))
            assert len(visited) > 20
            assert not [fault for address, page in visited for fault in faults_of(address, page)], persona
            shapes |= {shape_of(address).split("?")[0] for address, _ in visited}
        _special_pages(town)
    assert _routes_without(shapes) == set()
    assert _templates() - names == set()


def test_a_tenants_menu_fits_without_scrolling(town):
    page = PageClient(town.who.user).get("home")
    # Of 900 pixels, name and person take 220; a line has 30 and a heading 40.
    assert len(page.one("nav", class_="menu").all("a")) <= 18


def test_the_menu_marks_where_one_is(town):
    page = PageClient(town.who.user).get("instances")
    assert [one.text for one in page.one("nav", class_="menu").all(aria_current="page")] == ["Instances"]


def routes():
    """The name of every page of the portal."""
    return {name for name in get_resolver().namespace_dict["portal"][1].reverse_dict if isinstance(name, str)}


# Pages that no link leads to: they are sent to, posted to, or asked for by scripts.
ELSEWHERE = {
    *("sign-in", "sign-out", "appearance", "invitation-answer", "job-progress"),
    *("project-enter", "project-step-out"),
    *("instance-console-ticket", "instance-screenshot"),
    # Buttons that carry it out at once, as those of POSTED.
    *("instance-detach-iso", "nic-make-default", "template-extract", "volume-export-extract"),
}


def _routes_without(shapes):
    """The routes that no page of these shapes belongs to: what is built can be found, else it is not built."""
    patterns = {name: _pattern(name) for name in routes()}
    posted = {name for name in patterns if name.rsplit("-", 1)[-1] in POSTED}
    return {name for name, pattern in patterns.items() if pattern not in shapes} - ELSEWHERE - posted


# Actions that a button carries out at once, so that no link leads there.
POSTED = {
    "start",
    "retry",
    "recover",
    "enable",
    "reconnect",
    "clear",
    "publish",
    "resume",
    "ignore",
    "activate",
    "connect",
    "reconcile",
} | {
    "disable",
    "maintain",
    "remove",
    "expunge",
    "revoke",
    "abort",
}


def _pattern(name):
    matches = get_resolver().namespace_dict["portal"][1].reverse_dict.getlist(name)
    return "/" + re.sub(r"%\(\w+\)s", "<uuid>", matches[0][0][0][0])


def _templates():
    folder = settings.BASE_DIR / "templates"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    return {name for name in there if not name.startswith(("themes/", "administration/"))}


def _special_pages(town):
    """Pages that a walk does not come by."""
    user = PageClient(town.who.user)
    PageClient().get("sign-in")
    user.open("/no/such/page/")
    errors.our_mistake(None)
    user.post("api-key-add", town.who.user.user_uuid, name="x")
    user.post("instance-deploy", name="-")
    user.post("instance-start", town.who.user.user_uuid)
    user.post("key-pair-add", name="made")
    user.post("template-send", name="x", format="qcow2", minimum_memory_mib="0", minimum_disk_gib="0")
    told = Instance.objects.get(template__takes_password=True)
    user.post("instance-reset-password", told.uuid)
    kurt = factories.make_user(factories.make_account(town.who.domain), email="kurt@example.org")
    run_jobs()
    address = next(word for word in mail.outbox[-1].body.split() if "/invitations/" in word)
    PageClient(kurt).open("/" + address.split("/", 3)[3])


def test_a_stranger_finds_only_the_way_in(town):
    for name in sorted(routes() - {"sign-in", "appearance"}):
        parts = {"<uuid>": str(town.who.user.user_uuid)}
        address = _pattern(name).replace("<uuid>", parts["<uuid>"])
        for answer in (PageClient().client.get(address), PageClient().client.post(address)):
            is_turned_away = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
            assert is_turned_away or answer.status_code == 405, (name, answer.status_code)
            assert "sessionid" not in answer.cookies


def test_pages_without_a_caller_are_sound_too():
    page = PageClient().get("sign-in")
    assert page.status == 200
    assert not INLINE.search(page.source)
    assert page.answer["Content-Security-Policy"] == POLICY
    assert isinstance(page, Page)
