"""The first story of all: somebody of a company's directory gets an instance that really runs; nobody else sees it."""

import re

import pytest
from playwright.sync_api import expect

from cloudportal.demo import first_instance

pytestmark = pytest.mark.real
NAME = "rocket"
STEPS = [
    "Choose a host",
    "Prepare the disk",
    "Prepare the network",
    "Create the instance on its host",
    "Switch the instance on",
    "Hand the instance over",
]
# A software-emulated guest on a busy machine takes its time.
PATIENCE_MILLISECONDS = 120_000


def test_someone_from_the_directory_gets_an_instance_that_really_runs(demo, page, another_page):
    sign_in(page, demo, "acme", "ada")
    launch(page)
    expect(page.locator(".job .step").first).to_be_visible()
    watch(page, "running")
    home, ip = page.url, address_on(page)
    open_job(page, "Deploying the instance")
    expect(page.locator(".job .step-done")).to_contain_text(STEPS)

    first_instance.wait_for_page(NAME, ip, seconds=PATIENCE_MILLISECONDS / 1000)
    page.goto(f"http://{ip}/")
    expect(page.locator("body")).to_contain_text(NAME)

    sign_in(another_page, demo, "globex", "barbara")
    sees_nothing_of_it(another_page, demo, home)

    page.goto(home)
    destroy(page)
    watch(page, "destroyed")
    assert first_instance.page_of(ip) == b""

    page.get_by_role("navigation").get_by_role("link", name="Usage").click()
    assert 1 <= seconds_used(page) <= 600
    assert page.script_errors == []


def test_ctrl_c_leaves_nothing_behind_and_the_next_start_brings_back_what_ran(demo):
    before = demo.hello
    processes, _, bridges = demo.left_behind()
    assert processes and bridges
    assert demo.end() == 0
    assert demo.left_behind() == ([], [], [])
    demo.start()
    assert demo.hello == before
    assert b"hello" in first_instance.page_of(before)


def sign_in(page, demo, domain, username):
    page.goto(f"{demo.url}/")
    page.get_by_label("Domain").fill(domain)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(demo.password(username))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation").get_by_role("link", name="Instances")).to_be_visible()


def launch(page):
    """Fills the form in; the page is then that of the new instance."""
    page.get_by_role("navigation").get_by_role("link", name="Instances").click()
    page.get_by_role("link", name="Deploy instance").first.click()
    page.get_by_label("Small Linux").check()
    page.get_by_label("Tiny").check()
    page.get_by_label(re.compile("^Name")).fill(NAME)
    page.get_by_role("button", name="Deploy").click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()


def watch(page, state):
    """Sees the new state come, without touching anything."""
    expect(page.locator(".page-head .state")).to_have_text(state, timeout=PATIENCE_MILLISECONDS)


def open_job(page, label):
    page.get_by_role("region", name="Jobs").get_by_role("link", name=label).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(label)


def address_on(page):
    facts = page.get_by_role("region", name="Instance", exact=True)
    return facts.locator("code").first.inner_text()


def sees_nothing_of_it(page, demo, home):
    """Neither in the list nor by its address."""
    page.get_by_role("navigation").get_by_role("link", name="Instances").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Instances")
    expect(page.get_by_text(NAME)).to_have_count(0)
    assert page.goto(home).status == 404
    uuid = home.rstrip("/").rpartition("/")[2]
    assert page.request.get(f"{demo.url}/api/v1/instances/").json()["results"] == []
    assert page.request.get(f"{demo.url}/api/v1/instances/{uuid}/").status == 404


def destroy(page):
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Destroy").click()
    page.get_by_label("Cut the power at once").check()
    page.get_by_role("button", name=f"Destroy {NAME}").click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()


def seconds_used(page):
    row = page.get_by_role("row").filter(has_text=NAME)
    return int(row.get_by_role("cell").nth(2).inner_text().replace(",", ""))
