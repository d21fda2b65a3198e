"""The page of usage."""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.events import meters
from cloudportal.events.models import MeterMark
from tests.support import factories
from tests.support.clients import counted_queries
from tests.support.factories_compute import make_cloud, submit_deployment
from tests.support.pages import HOSTILE, PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return factories.make_personas()


@pytest.fixture
def cloud():
    return make_cloud()


def ran(cloud, caller, seconds):
    """An instance that ran so long until just now."""
    instance = submit_deployment(cloud, caller, start=False)[0]
    now = clock.now()
    owner = factories.account_of(caller).owner
    quantities = {"cpus": 2, "memory_mib": 2048}
    meters.start(meters.RUNNING_INSTANCE, instance, owner, quantities, at=now - timedelta(seconds=seconds))
    meters.stop(meters.RUNNING_INSTANCE, instance, owner, at=now)
    return instance


@pytest.fixture
def middle_of_month(monkeypatch):
    """A moment that is far from the beginning of its month."""
    moment = clock.now().replace(day=15, hour=12)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


def test_it_shows_seconds_exactly(who, cloud, middle_of_month):
    instance = ran(cloud, who.user, 3725)
    page = PageClient(who.user).get("usage")
    row = next(one for one in page.rows() if instance.name in one[0])
    assert "2 CPUs, 2 GiB" in row[1]
    assert "1 h 2 min" in row[2]
    assert row[3] == "3,725"
    assert "3,725 seconds" in page.text


def test_a_neighbour_sees_nothing_of_it(who, cloud, middle_of_month):
    instance = ran(cloud, who.user, 60)
    page = PageClient(who.neighbour).get("usage")
    assert instance.name not in page.source
    assert "Nothing of this kind counted" in page.text


def test_another_month_is_another_page(who, cloud, middle_of_month):
    ran(cloud, who.user, 60)
    browser = PageClient(who.user)
    before = middle_of_month - timedelta(days=20)
    page = browser.get("usage", month=f"{before:%Y-%m}")
    assert f"{before:%B %Y}" in page.text
    assert not page.rows()
    assert [one for one in page.links if f"month={middle_of_month:%Y-%m}" in one]


@pytest.mark.parametrize("month", ["2026-13", "x", "2026-1", "99999-01", HOSTILE])
def test_a_month_that_is_none_is_the_present_one(who, middle_of_month, month):
    page = PageClient(who.user).get("usage", month=month)
    assert f"{middle_of_month:%B %Y}" in page.text


def test_a_hostile_name_is_only_words(who, cloud, middle_of_month):
    ran(cloud, who.user, 60)
    MeterMark.objects.update(subject_name=HOSTILE)
    page = PageClient(who.user).get("usage")
    assert not [one for one in page.all("script") if not one["src"]]
    assert "alert('h')" in page.text


@pytest.mark.parametrize("meter", [*meters.METERS, "nonsense"])
def test_every_meter_has_its_page(who, meter):
    assert PageClient(who.user).get("usage", meter=meter).status == 200


def test_more_lines_need_no_more_queries(who, cloud, middle_of_month):
    browser = PageClient(who.user)
    ran(cloud, who.user, 60)
    browser.get("usage")
    with counted_queries() as few:
        browser.get("usage")
    ran(cloud, who.user, 61), ran(cloud, who.user, 62)
    with counted_queries() as many:
        browser.get("usage")
    assert len(few) == len(many)


def test_it_is_narrowed_to_one_account_from_that_accounts_page(who, cloud, middle_of_month):
    ours, theirs = ran(cloud, who.user, 60), ran(cloud, who.neighbour, 61)
    account = factories.account_of(who.user)
    browser = PageClient(who.root_admin)
    address = next(one for one in browser.get("account", account.uuid).links if one.startswith("/usage/?"))
    page = browser.open(address)
    assert ours.name in page.text
    assert theirs.name not in page.text
    assert f"Account: {account.name}" in page.one(class_="chip-chosen").text
    others = [one for one in page.links if one.startswith("/usage/?") and "account=" not in one]
    assert theirs.name in browser.open(others[0]).text
    # What leads to other months and kinds stays with the account.
    assert [one for one in page.links if "meter=volume" in one and f"account={account.uuid}" in one]


@pytest.mark.parametrize("account", ["x", HOSTILE, "00000000-0000-0000-0000-000000000000"])
def test_an_account_that_is_none_used_nothing(who, cloud, middle_of_month, account):
    ran(cloud, who.user, 60)
    assert not PageClient(who.root_admin).get("usage", account=account).rows()


def test_a_stranger_is_not_told_the_name_of_an_account(who, cloud, middle_of_month):
    account = factories.account_of(who.user)
    page = PageClient(who.neighbour).get("usage", account=str(account.uuid))
    assert not page.rows()
    assert account.name not in page.one(class_="chip-chosen").text


def test_lines_are_sorted_as_lists_are(who, cloud, middle_of_month):
    short, long = ran(cloud, who.user, 60), ran(cloud, who.user, 3600)
    browser = PageClient(who.user)

    def names(**query):
        return [row[0].split()[0] for row in browser.get("usage", **query).rows()]

    assert names() == [long.name, short.name]
    assert names(sort="seconds") == [short.name, long.name]
    assert names(sort="-subject") == sorted([short.name, long.name], reverse=True)
    assert names(sort="password") == [long.name, short.name]
