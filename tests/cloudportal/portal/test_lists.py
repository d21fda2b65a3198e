"""Lists that look again by themselves: only news is sent."""

import re

import pytest

from compute.models import Instance
from tests.support import factories
from tests.support.factories_compute import deployed, make_cloud, submit_deployment
from tests.support.jobs import run_jobs
from tests.support.pages import Page, PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return factories.make_personas()


@pytest.fixture
def cloud():
    return make_cloud()


def looks_again_at(page):
    """The address that the list asks again and again, or None."""
    found = page.all("div", id="look-again")
    return found[0]["hx-get"] if found else None


def look_again(browser, address):
    return browser.client.get(address, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/"})


def test_nothing_is_sent_while_nothing_has_changed(who, cloud):
    submit_deployment(cloud, who.user)
    browser = PageClient(who.user)
    address = looks_again_at(browser.get("instances"))
    assert look_again(browser, address).status_code == 204


def test_a_change_is_sent_with_a_mark_of_its_own(who, cloud):
    instance, job = submit_deployment(cloud, who.user)
    browser = PageClient(who.user)
    address = looks_again_at(browser.get("instances"))
    type(job).objects.filter(pk=job.pk).update(progress=40)
    answer = look_again(browser, address)
    assert answer.status_code == 200
    assert "40 %" in Page(answer).text
    assert looks_again_at(Page(answer)) != address
    Instance.objects.filter(pk=instance.pk).update(display_name="Web shop")
    assert "Web shop" in Page(look_again(browser, address)).text


def test_a_list_in_which_all_has_ended_looks_again_no_more(who, cloud):
    submit_deployment(cloud, who.user)
    browser = PageClient(who.user)
    address = looks_again_at(browser.get("instances"))
    run_jobs()
    answer = look_again(browser, address)
    assert answer.status_code == 200
    assert looks_again_at(Page(answer)) is None


def test_the_part_that_looks_again_keeps_what_was_asked_for(who, cloud):
    submit_deployment(cloud, who.user)
    address = looks_again_at(PageClient(who.user).get("instances", sort="-name", page="2", state="deploying"))
    assert re.fullmatch(r"/instances/\?sort=-name&state=deploying&page=2&seen=[0-9a-f]{12}", address)


def test_a_mark_in_an_address_empties_no_page(who, cloud):
    submit_deployment(cloud, who.user)
    browser = PageClient(who.user)
    assert browser.open(looks_again_at(browser.get("instances"))).rows()


def test_a_list_at_rest_does_not_look_again(who, cloud):
    deployed(cloud, who.user)
    assert looks_again_at(PageClient(who.user).get("instances")) is None


def test_what_can_be_sorted_can_be_chosen_where_there_are_no_headings(who, cloud):
    deployed(cloud, who.user)
    page = PageClient(who.user).get("instances", sort="name")
    menu = next(one for one in page.all("details") if one.text.startswith("Sort: Name"))
    chosen = [one["href"] for one in menu.all("a")]
    assert chosen == [one["href"] for one in page.one("thead").all("a")]
    assert "/instances/?sort=-name" in chosen
    assert all(one["aria-label"] for one in page.one("thead").all("th") if one.all("a"))
