"""The portal in a real browser: with and without scripts, with a keyboard alone, on a screen and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from cloudportal.jobs.models import Job
from compute.drivers.simulator_console import SAID
from compute.models import Instance
from tests.support.browser import PHONE, SCREEN, visiting
from tests.support.factories_compute import submit_deployment
from tests.support.factories_portal import make_town
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]

PATHS = (
    "/",
    "/instances/",
    "/instances/deploy/",
    "/volumes/",
    "/networks/",
    "/templates/",
    "/projects/",
    "/jobs/",
    "/events/",
    "/usage/",
    "/profile/",
    "/accounts/",
    "/infrastructure/hosts/",
    "/infrastructure/drift/",
    "/alerts/",
    "/no/such/page/",
)


@pytest.fixture
def town():
    return make_town()


@pytest.fixture
def visit(chromium_browser, live_server):
    """`visit(who, **options)` opens a window."""
    open_windows = []

    def opened(who=None, **options):
        window = visiting(chromium_browser, live_server, who, **options)
        open_windows.append(window)
        return window.__enter__()

    yield opened
    for window in open_windows:
        window.__exit__(None, None, None)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("viewport", [SCREEN, PHONE], ids=["screen", "phone"])
def test_nothing_is_refused_broken_or_too_wide(town, visit, colours, viewport):
    visitor = visit(town.who.root_admin, colours=colours, viewport=viewport)
    wide = []
    for path in PATHS:
        visitor.go(path)
        wide += [path] if visitor.is_too_wide else []
    assert wide == []
    # The one page that is not there says so in the console too.
    assert [one for one in visitor.complaints if "404" not in one] == []


def test_detail_pages_fit_a_phone(town, visit):
    visitor = visit(town.who.root_admin, viewport=PHONE)
    wide = []
    for listed in ("/instances/", "/jobs/", "/infrastructure/hosts/", "/projects/", "/users/", "/accounts/"):
        page = visitor.go(listed)
        page.locator("tbody th a").first.click()
        expect(page.locator("h1")).to_be_visible()
        wide += [page.url] if visitor.is_too_wide else []
    assert wide == []


def test_a_row_is_a_card_on_a_phone(town, visit):
    page = visit(town.who.user, viewport=PHONE).go("/instances/")
    first = page.locator("tbody tr").first
    assert first.evaluate("row => getComputedStyle(row).display") == "block"
    label = first.locator("td[data-label=State]")
    assert label.evaluate("cell => getComputedStyle(cell, '::before').content") == '"State"'


def test_on_a_phone_a_list_is_sorted_and_no_key_goes_where_nothing_is_seen(town, visit):
    page = visit(town.who.user, viewport=PHONE).go("/instances/")
    page.locator("summary", has_text="Sort").click()
    page.locator(".chips").get_by_role("link", name="Name").click()
    expect(page).to_have_url(re.compile("sort=name"))
    expect(page.locator("summary", has_text="Sort: Name")).to_be_visible()
    names = page.locator("tbody th > a").all_inner_texts()
    assert names == sorted(names)
    expect(page.get_by_role("columnheader", name="Zone")).to_have_count(1)
    takes_keys = page.locator("thead a").evaluate_all(
        "all => all.map(one => (one.focus(), one.matches(':focus')))"
    )
    assert takes_keys
    assert not any(takes_keys)


def test_on_a_phone_the_menu_opens_and_closes(town, visit):
    for scripts in (True, False):
        page = visit(town.who.user, viewport=PHONE, scripts=scripts).go("/")
        entry = page.get_by_role("link", name="Networks")
        expect(entry).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        expect(entry).to_be_visible()
        page.keyboard.press("Escape")
        expect(entry).to_be_hidden()


def test_the_first_key_leads_past_the_menu(town, visit):
    page = visit(town.who.user).go("/instances/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.activeElement.closest('main') !== null")
    assert inside


def test_a_menu_of_actions_needs_no_mouse(town, visit):
    instance = Instance.objects.get(account_id=town.who.user.owner.account_id, state="running")
    page = visit(town.who.user).go(f"/instances/{instance.uuid}/")
    more = page.locator("details.drop > summary")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Destroy")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Destroy")).to_be_hidden()
    expect(more).to_be_focused()
    # However long the page, the menu beside it stays.
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(more).not_to_be_in_viewport()
    expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport()


def test_typing_narrows_the_list_at_once_and_keeps_the_place(town, visit):
    instance = Instance.objects.filter(account_id=town.who.user.owner.account_id).first()
    page = visit(town.who.user).go("/instances/")
    box = page.get_by_role("searchbox")
    box.press_sequentially(instance.name)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(box).to_be_focused()
    expect(page).to_have_url(re.compile(f"q={instance.name}"))
    expect(page.locator("#announcement")).to_have_text("1 to 1 of 1 instances")
    box.press_sequentially(" and no other")
    expect(page.locator("#announcement")).to_contain_text("No instances match.")


def test_filters_are_chips_that_go_away_again(town, visit):
    page = visit(town.who.user).go("/instances/")
    before = page.locator("tbody tr").count()
    page.locator("summary", has_text="State").click()
    page.get_by_role("link", name="stopped", exact=True).click()
    expect(page.locator(".chip-chosen")).to_contain_text("State: stopped")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Take off State: stopped").click()
    expect(page.locator("tbody tr")).to_have_count(before)


def test_words_and_filters_narrow_together(town, visit):
    page = visit(town.who.user).go("/instances/")
    page.locator("summary", has_text="State").click()
    page.get_by_role("link", name="stopped", exact=True).click()
    expect(page.locator(".chip-chosen")).to_be_visible()
    page.get_by_role("searchbox").press_sequentially("no-such")
    expect(page.get_by_text("No instances match.")).to_be_visible()
    expect(page.locator(".chip-chosen")).to_contain_text("State: stopped")


def test_a_list_that_changes_leaves_a_menu_and_the_keyboard_where_they_are(town, visit):
    instance, _ = submit_deployment(town.cloud, town.who.user)
    visitor = visit(town.who.user)
    visitor.page.clock.install()
    page = visitor.go("/instances/")
    row = page.locator("tbody tr", has_text=instance.name)
    menu = page.locator("summary", has_text="Zone").or_(page.locator("summary", has_text="State"))
    menu.first.click()
    run_jobs()
    page.clock.fast_forward(10_000)
    expect(page.locator("details.drop[open]")).to_be_visible()
    expect(row).to_contain_text("deploying")
    page.keyboard.press("Escape")
    row.get_by_role("link", name=instance.name).focus()
    page.clock.fast_forward(10_000)
    expect(row.get_by_role("link", name=instance.name)).to_be_focused()
    page.get_by_role("searchbox").focus()
    page.clock.fast_forward(10_000)
    expect(row).to_contain_text("running")
    assert visitor.complaints == []


SPOKEN = """() => {
  window.spoken = [];
  const place = document.getElementById("announcement");
  new MutationObserver(() => window.spoken.push(place.textContent)).observe(place, { childList: true });
}"""


def test_a_list_that_looks_again_by_itself_is_not_spoken(town, visit):
    instance, _ = submit_deployment(town.cloud, town.who.user)
    visitor = visit(town.who.user)
    visitor.page.clock.install()
    page = visitor.go("/instances/")
    row = page.locator("tbody tr", has_text=instance.name)
    page.evaluate(SPOKEN)
    run_jobs()
    page.clock.fast_forward(10_000)
    expect(row).to_contain_text("running")
    page.clock.fast_forward(1_000)
    assert page.evaluate("window.spoken") == []
    page.get_by_role("searchbox").press_sequentially(instance.name)
    page.clock.fast_forward(1_000)
    expect(page.locator("#announcement")).to_have_text("1 to 1 of 1 instances")


def test_the_same_words_are_spoken_once(town, visit):
    instance, job = submit_deployment(town.cloud, town.who.user)
    visitor = visit(town.who.user)
    visitor.page.clock.install()
    page = visitor.go(f"/instances/{instance.uuid}/")
    page.evaluate(SPOKEN)
    for percent in (10, 20, 30):
        Job.objects.filter(pk=job.pk).update(progress=percent)
        page.clock.fast_forward(1_500)
        expect(page.get_by_role("progressbar")).to_have_attribute("value", str(percent))
        page.clock.fast_forward(200)
    assert page.evaluate("window.spoken") == ["Waiting for a worker."]


def test_the_page_follows_the_job_and_then_stops_asking(town, visit):
    instance, _ = submit_deployment(town.cloud, town.who.user)
    visitor = visit(town.who.user)
    page = visitor.go(f"/instances/{instance.uuid}/")
    expect(page.locator(".page-head .state")).to_have_text("deploying")
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_jobs()
    expect(page.locator(".page-head .state")).to_have_text("running")
    expect(page.locator("#announcement")).to_have_text("Done.")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_function("new Promise(done => setTimeout(() => done(true), 2500))")
    assert asked == []
    assert visitor.complaints == []


def test_a_serial_log_goes_on_without_jumping_and_waits_when_it_is_told_to(town, visit):
    instance = Instance.objects.get(account_id=town.who.user.owner.account_id, state="running")
    said = "".join(f"line {number}\n" for number in range(400))
    visitor = visit(town.who.user)
    visitor.page.clock.install()
    print_more(town, instance, said)
    page = visitor.go(f"/instances/{instance.uuid}/serial-log/")
    log = page.locator("#serial-text")
    log.evaluate("log => { log.scrollTop = 120 }")
    print_more(town, instance, "one more")
    page.clock.fast_forward(6_000)
    expect(log).to_contain_text("one more")
    assert log.evaluate("log => log.scrollTop") == 120
    log.evaluate("log => { log.scrollTop = log.scrollHeight }")
    print_more(town, instance, "and two")
    page.clock.fast_forward(6_000)
    expect(log).to_contain_text("and two")
    assert log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 8
    page.get_by_label("Pause").check()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(20_000)
    assert asked == []
    assert visitor.complaints == []


def print_more(town, instance, text):
    with town.cloud.world.tampering("print") as scene:
        scene.record(instance.uuid, f"{SAID}{text}")


def test_a_choice_before_an_action_is_spoken(town, visit):
    instance = Instance.objects.get(account_id=town.who.user.owner.account_id, state="running")
    page = visit(town.who.user).go(f"/instances/{instance.uuid}/destroy/")
    page.get_by_label("Expunge it right away").check()
    expect(page.locator("#announcement")).to_contain_text("What happens")


def test_the_summary_follows_what_is_chosen(town, visit):
    page = visit(town.who.user).go("/instances/deploy/")
    summary = page.locator("#plan")
    expect(summary).to_contain_text("There is room for it.")
    page.get_by_label("Name").fill("shop")
    expect(summary).to_contain_text("Creates the instance shop")
    page.get_by_label("Name").fill("Not a name!")
    expect(summary).to_contain_text("small letters")
    assert not Instance.objects.filter(name="shop").exists()


def test_everything_that_matters_works_without_scripts(town, visit):
    page = visit(town.who.user, scripts=False).go("/instances/")
    page.get_by_role("link", name="Deploy instance").click()
    page.get_by_label("Name").fill("plain")
    page.get_by_role("button", name="Check first").click()
    expect(page.locator("#plan")).to_contain_text("Creates the instance plain")
    page.get_by_role("button", name="Deploy").click()
    expect(page.locator("h1")).to_have_text("plain")
    expect(page.locator("noscript .note")).to_be_visible()
    run_jobs()
    page.reload()
    expect(page.locator(".page-head .state")).to_have_text("running")
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="Stop", exact=True).click()
    page.get_by_role("button", name="Stop plain").click()
    expect(page.get_by_role("status").first).to_contain_text("plain is being stopped.")
    page.get_by_role("link", name="Instances").first.click()
    page.get_by_role("searchbox").fill("plain")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("summary", has_text="State").click()
    page.get_by_role("link", name="stopping").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_an_id_is_copied_by_a_click(town, visit):
    instance = Instance.objects.filter(account_id=town.who.user.owner.account_id).first()
    page = visit(town.who.user).go(f"/instances/{instance.uuid}/")
    page.get_by_role("button", name=f"Copy {instance.uuid}").click()
    expect(page.locator("#announcement")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == str(instance.uuid)


def test_the_colours_that_were_chosen_stay(town, visit):
    visitor = visit(town.who.user, colours="light")
    page = visitor.go("/jobs/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark").click()
    expect(page).to_have_url(re.compile("/jobs/"))
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    visitor.go("/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_nothing_but_ours_is_loaded(town, visit, live_server):
    visitor = visit(town.who.user)
    loaded = []
    visitor.page.on("request", lambda request: loaded.append(request.url))
    visitor.go("/")
    assert loaded
    assert not [url for url in loaded if not url.startswith(live_server.url)]
