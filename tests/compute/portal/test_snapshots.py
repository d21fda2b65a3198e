"""The pages of snapshots and schedules, of volumes and of instances."""

import pytest

from compute import snapshot_queries
from compute.models import InstanceSchedule, InstanceSnapshot, Lease
from compute.portal.snapshots import SNAPSHOTS
from storage.models import Snapshot, SnapshotSchedule
from tenants.models import User
from tests.support.factories import make_personas
from tests.support.factories_compute import deployed, make_cloud, make_instance_snapshot, make_schedule
from tests.support.factories_infra import make_snapshot, make_snapshot_schedule
from tests.support.jobs import run_jobs
from tests.support.pages import PageClient
from tests.support.suites.pages import ListsRows

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_personas().user


@pytest.fixture
def browser(user):
    return PageClient(user)


@pytest.fixture
def instance(user):
    return deployed(make_cloud(), user)


@pytest.fixture
def volume(instance):
    return instance.attachments.get(device_index=0).volume


class TestInstanceSnapshotList(ListsRows):
    page = SNAPSHOTS
    strangers = ("neighbour", "other_domain_admin")

    def prepare(self):
        self.instance = deployed(make_cloud(), self.personas.user)

    def make(self, number=0):
        return make_instance_snapshot(self.instance)


def test_the_page_of_a_volume_shows_its_snapshots_and_takes_one(browser, volume):
    browser.post("snapshot-take", volume.uuid, name="before")
    run_jobs()
    assert Snapshot.objects.get().state == "ready"
    shown = browser.get("volume", volume.uuid)
    assert "before" in shown.text and "Nothing is taken by itself" in shown.text
    assert "before" in browser.get("snapshots").text


def test_a_schedule_is_made_and_told_in_words(browser, volume):
    values = {"interval": "daily", "keep": 7, "minute": 30, "hour": 3, "day": 1, "time_zone": "Europe/Berlin"}
    browser.post("snapshot-schedule-add", volume.uuid, **values)
    schedule = SnapshotSchedule.objects.get()
    assert "03:30" in browser.get("snapshot-schedule", schedule.uuid).text
    assert "Europe/Berlin" in browser.get("volume", volume.uuid).text


@pytest.mark.parametrize("kind", ["snapshot-schedule-add", "instance-schedule-add"])
def test_a_new_schedule_begins_in_the_readers_zone(browser, user, instance, volume, kind):
    User.objects.filter(uuid=user.user_uuid).update(timezone="Europe/Lisbon")
    about = {"snapshot-schedule-add": volume, "instance-schedule-add": instance}[kind]
    page = browser.get(kind, about.uuid)
    assert [one["value"] for one in page.field("time_zone").all("option", selected="")] == ["Europe/Lisbon"]


def test_a_schedule_of_snapshots_is_edited_and_switched_off(browser, volume):
    schedule = make_snapshot_schedule(volume, interval="weekly")
    form = browser.get("snapshot-schedule-edit", schedule.uuid).text
    assert " Day " in form and "Interval" not in form
    values = {"keep": 3, "minute": 5, "hour": 4, "day": 6, "time_zone": "UTC"}
    browser.post("snapshot-schedule-edit", schedule.uuid, **values)
    schedule.refresh_from_db()
    assert (schedule.keep, schedule.day, schedule.is_enabled) == (3, 6, False)


def test_what_an_interval_does_not_have_is_not_asked(browser, volume):
    schedule = make_snapshot_schedule(volume, interval="hourly")
    form = browser.get("snapshot-schedule-edit", schedule.uuid).text
    assert " Minute " in form and " Hour " not in form and " Day " not in form


def test_a_schedule_of_an_instance_is_edited_and_switched_off_and_on(browser, instance):
    schedule = make_schedule(instance)
    values = {"name": "night", "verb": "stop", "expression": "0 22 * * *", "time_zone": "UTC", "force": "on"}
    browser.post("instance-schedule-edit", schedule.uuid, **values)
    schedule.refresh_from_db()
    assert (schedule.name, schedule.force, schedule.next_run_at) == ("night", True, None)
    browser.post("instance-schedule-edit", schedule.uuid, **values, is_enabled="on")
    assert "22:00" in browser.get("instance-schedule", schedule.uuid).text
    schedule.refresh_from_db()
    assert schedule.next_run_at is not None


def test_restoring_under_a_running_instance_says_why_not(browser, volume):
    asked = browser.get("snapshot-restore", make_snapshot(volume).uuid)
    assert "must be stopped" in asked.text


def test_the_page_of_an_instance_draws_the_tree_and_where_it_stands(browser, instance):
    first = make_instance_snapshot(instance, name="first")
    make_instance_snapshot(instance, name="second", parent=first, is_current=True)
    assert [depth for depth, _ in snapshot_queries.tree_of(instance)] == [0, 1]
    text = browser.get("instance", instance.uuid).text
    assert "first" in text and "└" in text and "the instance stands here" in text


def test_an_instance_is_kept_from_its_page(browser, instance):
    browser.post("instance-snapshot-take", instance.uuid, name="kept", with_memory="on")
    run_jobs()
    snapshot = InstanceSnapshot.objects.get()
    assert "kept" in browser.get("instance-snapshot", snapshot.uuid).text
    assert "what it did since is gone" in browser.get("instance-snapshot-revert", snapshot.uuid).text


def test_an_instance_gets_a_schedule_and_an_end_from_its_page(browser, instance):
    values = {"name": "evening", "verb": "stop", "expression": "0 20 * * 1-5", "time_zone": "UTC"}
    browser.post("instance-schedule-add", instance.uuid, **values)
    browser.post("instance-lease", instance.uuid, days=3)
    assert "20:00" in browser.get("instance-schedule", InstanceSchedule.objects.get().uuid).text
    assert Lease.objects.get().policy == "stop"
    assert "then: stop" in browser.get("instance", instance.uuid).text
