from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.core.errors import Busy, Conflict, LimitReached, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events import meters
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from compute.services import volume_sizes
from compute.services.volume_sizes import ResizeValues
from storage.models import Volume
from storage.services import volume_bin, volumes
from tenants.authentication import system_caller
from tenants.models import Counter
from tenants.queries.settings import Place
from tenants.services import settings as portal_settings
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import account_of, make_caller, make_personas
from tests.support.factories_compute import deployed, make_cloud
from tests.support.factories_volumes import fresh_volume, make_attached, make_volume
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    return make_caller()


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def volume(cloud, caller):
    return make_volume(cloud.zone, caller)


def counted(caller):
    rows = Counter.objects.filter(level="account", owner_id=caller.owner.account_id)
    return {row.resource: row.used for row in rows if row.used}


def test_a_destroyed_volume_counts_for_nothing_and_keeps_its_place(cloud, caller, volume):
    volume_bin.destroy(caller, volume)
    assert (fresh_volume(volume).state, counted(caller)) == ("destroyed", {})
    assert not meters.is_running(meters.VOLUME, volume.uuid)
    world_equals_rows(cloud)


def test_recovered_it_is_as_before(cloud, caller, volume):
    volume_bin.destroy(caller, volume)
    volume_bin.recover(caller, fresh_volume(volume))
    volume = fresh_volume(volume)
    assert (volume.state, volume.destroyed_at) == ("ready", None)
    assert counted(caller) == {"volumes": 1, "primary_storage_gib": 2}
    assert meters.is_running(meters.VOLUME, volume.uuid)
    world_equals_rows(cloud)


def test_recovering_is_within_limits(caller, volume):
    volume_bin.destroy(caller, volume)
    Counter.objects.filter(level="account", resource="volumes").update(maximum=0)
    with pytest.raises(LimitReached):
        volume_bin.recover(caller, fresh_volume(volume))
    assert fresh_volume(volume).state == "destroyed"


def test_what_an_instance_has_is_not_destroyed(cloud, caller, volume):
    volume = make_attached(caller, volume, deployed(cloud, caller))
    with pytest.raises(Conflict):
        volume_bin.destroy(caller, volume)
    assert fresh_volume(volume).state == "ready"


def test_what_a_job_has_is_not_destroyed(caller, volume):
    volume_sizes.resize(caller, volume, ResizeValues(size_gib=5))
    with pytest.raises(Busy):
        volume_bin.destroy(caller, fresh_volume(volume))


def test_a_destroyed_volume_cannot_be_used(cloud, caller, volume):
    instance = deployed(cloud, caller)
    volume_bin.destroy(caller, volume)
    with pytest.raises(WrongState):
        make_attached(caller, fresh_volume(volume), instance)


def test_it_may_be_deleted_for_good_at_once_and_is_released_once(cloud, caller, volume):
    volume_bin.destroy(caller, volume)
    assert run_job(volumes.delete(caller, fresh_volume(volume))).state == "done"
    assert (fresh_volume(volume).state, counted(caller)) == ("deleted", {})
    world_equals_rows(cloud)


def test_it_is_deleted_when_its_time_is_over(cloud, caller, volume):
    volume_bin.destroy(caller, volume)
    assert volume_bin.delete_due(system_caller()) == 0
    Volume.objects.filter(pk=volume.pk).update(destroyed_at=clock.now() - timedelta(days=2))
    assert volume_bin.delete_due(system_caller()) == 1
    assert volume_bin.delete_due(system_caller()) == 0
    run_jobs()
    assert fresh_volume(volume).state == "deleted"
    world_equals_rows(cloud)


def test_what_became_of_one_that_cannot_be_deleted_is_not_counted_either(cloud, caller, volume):
    volume_bin.destroy(caller, volume)
    cloud.world.inject(Fault(operation="remove_volume", kind=FaultKind.FAIL, error="refused", count=None))
    assert run_job(volumes.delete(caller, fresh_volume(volume))).state == "failed"
    assert (fresh_volume(volume).state, counted(caller)) == ("error", {})
    cloud.world.clear_faults()
    assert run_job(volumes.delete(caller, fresh_volume(volume))).state == "done"
    assert counted(caller) == {}


def over(volume, **ago):
    """The volume was put aside so long ago."""
    Volume.objects.filter(pk=volume.pk).update(destroyed_at=clock.now() - timedelta(**ago))


def test_one_that_could_not_be_deleted_is_deleted_an_hour_later(cloud, caller, volume):
    volume_bin.destroy(caller, volume)
    over(volume, days=2)
    cloud.world.inject(Fault(operation="remove_volume", kind=FaultKind.FAIL, error="refused", count=None))
    assert volume_bin.delete_due(system_caller()) == 1
    run_jobs()
    cloud.world.clear_faults()
    assert (fresh_volume(volume).state, volume_bin.delete_due(system_caller())) == ("error", 0)
    Job.objects.update(ended_at=clock.now() - 2 * volume_bin.AGAIN_AFTER)
    assert volume_bin.delete_due(system_caller()) == 1
    run_jobs()
    assert fresh_volume(volume).state == "deleted"
    world_equals_rows(cloud)


def test_a_deletion_that_was_aborted_is_not_begun_again_at_once(caller, volume):
    volume_bin.destroy(caller, volume)
    over(volume, days=2)
    assert volume_bin.delete_due(system_caller()) == 1
    jobs.abort(system_caller(), Job.objects.get(kind="volume.delete"))
    run_jobs()
    assert Job.objects.get(kind="volume.delete").state == "cancelled"
    assert volume_bin.delete_due(system_caller()) == 0


def test_those_that_are_kept_for_long_hold_up_nobody(cloud, caller, volume, monkeypatch):
    monkeypatch.setattr(volume_bin, "AT_ONCE", 1)
    others = make_caller()
    place = Place.of_account(account_of(caller))
    portal_settings.set_value(make_personas().root_admin, place, "volume.expunge_delay", "30d")
    later = [make_volume(cloud.zone, others) for _ in range(2)]
    for owner, one in ((caller, volume), (others, later[0]), (others, later[1])):
        volume_bin.destroy(owner, one)
    over(volume, days=4)
    over(later[0], days=3)
    over(later[1], days=2)
    for one in later:
        assert volume_bin.delete_due(system_caller()) == 1
        run_jobs()
        assert fresh_volume(one).state == "deleted"
    assert (volume_bin.delete_due(system_caller()), fresh_volume(volume).state) == (0, "destroyed")
