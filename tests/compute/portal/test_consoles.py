"""The pages of an instance's console, serial log and screen."""

import pytest

from cloudportal.drivers.simulated import tampering
from compute.drivers.console import PNG
from compute.drivers.simulator_console import SAID
from compute.models import ConsoleTicket
from tests.support.factories import make_personas
from tests.support.factories_compute import deployed, make_cloud, stopped
from tests.support.pages import HOSTILE, Page, PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def personas():
    return make_personas()


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def instance(cloud, personas):
    return deployed(cloud, personas.user)


@pytest.fixture
def browser(personas):
    return PageClient(personas.user)


def test_the_page_holds_no_ticket_and_no_inline_script(browser, instance):
    page = browser.get("instance-console", instance.uuid)

    assert page.one(id="console")["data-ticket"].endswith("/console/ticket/")
    assert not ConsoleTicket.objects.exists()
    assert all(script["src"] for script in page.all("script"))
    assert "needs JavaScript" in page.one("noscript").text


def test_the_script_gets_a_ticket_for_its_own_session(browser, instance):
    answer = browser.send("instance-console-ticket", instance.uuid)

    told = answer.json()
    assert told["path"] == f"/instances/{instance.uuid}/console/socket"
    assert told["protocols"][0] == "binary"
    assert answer["Cache-Control"] == "private, no-store"
    assert ConsoleTicket.objects.get().session_digest


def test_a_ticket_is_asked_for_by_a_form_and_not_by_a_link(browser, instance):
    assert browser.ask("instance-console-ticket", instance.uuid).status_code == 405


def test_a_stopped_instance_says_why_there_is_no_console(browser, cloud, personas):
    instance = stopped(cloud, personas.user)

    assert "must be running" in browser.get("instance-console", instance.uuid).one("main").text
    refused = browser.send("instance-console-ticket", instance.uuid)
    assert refused.status_code == 409
    assert "must be running" in refused.json()["detail"]
    assert "must be" in browser.get("instance-serial-log", instance.uuid).one(id="serial-log").text
    page = browser.get("instance", instance.uuid)
    assert "must be running" in page.button("Console").text


@pytest.mark.parametrize("persona", ["neighbour", "other_domain_admin"])
def test_a_stranger_finds_nothing(personas, instance, persona):
    stranger = PageClient(getattr(personas, persona))
    for route in ("instance-console", "instance-serial-log", "instance-screenshot"):
        assert stranger.ask(route, instance.uuid).status_code == 404
    assert stranger.send("instance-console-ticket", instance.uuid).status_code == 404
    assert not ConsoleTicket.objects.exists()


def test_those_who_only_read_see_no_screen(personas, instance):
    reader = PageClient(personas.read_only_admin)
    for route in ("instance-console", "instance-serial-log", "instance-screenshot"):
        assert reader.ask(route, instance.uuid).status_code == 403


def test_what_the_guest_prints_is_text_on_the_page(browser, cloud, instance):
    with cloud.world.tampering("print") as scene:
        scene.record(instance.uuid, f"{SAID}{HOSTILE}\x1b[31mred\x1b]0;title\x07")

    page = browser.get("instance-serial-log", instance.uuid)

    assert page.one("pre").children == [page.one("pre").children[0]]
    assert HOSTILE + "red" in page.one("pre").children[0]
    assert browser.by_script("instance-serial-log", instance.uuid).content.count(b"<script") == 0


def test_the_log_is_read_again_by_itself(browser, instance):
    part = browser.get("instance-serial-log", instance.uuid).one(id="serial-log")
    assert part["hx-trigger"] == "every 5s"
    answer = browser.by_script("instance-serial-log", instance.uuid)
    assert b"guest login:" in answer.content
    assert b"<html" not in answer.content


def test_a_log_to_which_nothing_was_added_is_not_sent_again(browser, cloud, instance):
    address = browser.get("instance-serial-log", instance.uuid).one(id="serial-log")["hx-get"]
    assert browser.client.get(address, headers={"HX-Request": "true"}).status_code == 204
    with cloud.world.tampering("print") as scene:
        scene.record(instance.uuid, f"{SAID}More of it.")
    answer = browser.client.get(address, headers={"HX-Request": "true"})
    assert "More of it." in Page(answer).text
    assert browser.open(address).one("pre")


def test_a_host_that_is_silent_is_told_in_its_place_and_asked_again(browser, cloud, instance):
    tampering.set_reachable(cloud.world, "host-0", False)

    part = browser.get("instance-serial-log", instance.uuid).one(id="serial-log")
    assert "The serial log could not be read." in part.text
    assert "cannot be reached" in part.text
    assert part["hx-trigger"] == "every 5s"
    assert browser.client.get(part["hx-get"], headers={"HX-Request": "true"}).status_code == 204
    tampering.set_reachable(cloud.world, "host-0", True)
    answer = browser.client.get(part["hx-get"], headers={"HX-Request": "true"})
    assert "guest login:" in Page(answer).text


def test_a_host_that_keeps_no_log_is_not_asked_again(browser, instance, monkeypatch):
    monkeypatch.setattr("compute.topology.abilities.can", lambda place, ability: False)

    part = browser.get("instance-serial-log", instance.uuid).one(id="serial-log")
    assert part.all(class_="notice")
    assert part["hx-trigger"] is None


def test_the_screen_is_a_picture(browser, instance):
    answer = browser.ask("instance-screenshot", instance.uuid)
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content.startswith(PNG)
