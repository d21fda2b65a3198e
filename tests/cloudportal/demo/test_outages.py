import time
from types import SimpleNamespace

import pytest

from cloudportal.demo import outages
from tenants.authentication import system_caller
from tests.support.factories import make_caller
from tests.support.factories_compute import deployed, fresh, guests_of, make_cloud, stopped
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "ran-last.json"


@pytest.fixture
def working(monkeypatch):
    """Whoever waits for workers gives them the time to do everything."""
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: run_jobs())
    monkeypatch.setattr(outages, "time", clock)


@pytest.fixture
def cloud():
    return make_cloud()


def is_on(cloud, instance):
    return any(guest.power == "on" for _, guest in guests_of(cloud).values() if guest.uuid == instance.uuid)


def test_what_runs_is_off_at_the_end_and_runs_again_at_the_next_start(cloud, kept, working):
    instance = deployed(cloud, make_caller())
    assert outages.switch_off(system_caller(), kept, seconds=60) == []
    assert (fresh(instance).state, is_on(cloud, instance)) == ("stopped", False)
    outages.switch_on(system_caller(), kept, seconds=60)
    run_jobs()
    assert (fresh(instance).state, is_on(cloud, instance)) == ("running", True)
    assert not kept.exists()


def test_what_its_owner_stopped_stays_off(cloud, kept, working):
    instance = stopped(cloud, make_caller())
    outages.switch_off(system_caller(), kept, seconds=60)
    outages.switch_on(system_caller(), kept, seconds=60)
    run_jobs()
    assert fresh(instance).state == "stopped"


def test_what_was_cut_off_without_warning_runs_again(cloud, kept, working):
    instance = deployed(cloud, make_caller())
    outages.switch_on(system_caller(), kept, seconds=60)
    run_jobs()
    assert (fresh(instance).state, is_on(cloud, instance)) == ("running", True)


def test_work_that_takes_too_long_is_named(cloud, kept):
    instance = deployed(cloud, make_caller())
    assert outages.switch_off(system_caller(), kept, seconds=0) == [instance.name]


def test_one_that_cannot_be_started_does_not_keep_the_others_off(cloud, kept, working):
    locked, fine = make_caller(), make_caller()
    staying, coming = deployed(cloud, locked), deployed(cloud, fine)
    outages.switch_off(system_caller(), kept, seconds=60)
    staying.account.state = "locked"
    staying.account.save()
    outages.switch_on(system_caller(), kept, seconds=60)
    run_jobs()
    assert (fresh(staying).state, fresh(coming).state) == ("stopped", "running")
