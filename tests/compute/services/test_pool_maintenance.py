from datetime import timedelta

import pytest

from cloudportal.core import clock, plans
from cloudportal.core.errors import Conflict, NotPermitted, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.jobs import runner
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from compute.models import ServiceOffering
from compute.services import instances, pool_maintenance, volume_copies
from compute.services.instances import media
from compute.services.volume_copies import MoveValues
from storage.models import Pool, Volume
from storage.services import pools, volume_bin
from tests.support.factories import make_caller, make_personas
from tests.support.factories_compute import deployed, fresh, make_cloud
from tests.support.factories_infra import GIB, make_iso
from tests.support.factories_volumes import another_pool, fresh_volume, make_attached, make_volume
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    return make_caller()


@pytest.fixture
def root():
    return make_personas().root_admin


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def volume(cloud, caller):
    return make_volume(cloud.zone, caller)


@pytest.fixture
def other(cloud, volume):
    """Another pool, made after everything lies on the first."""
    return another_pool(cloud)


def state_of(pool):
    return Pool.objects.get(pk=pool.pk).state


def test_everything_moves_and_the_pool_is_in_maintenance(root, cloud, caller, volume, other):
    instance = deployed(cloud, caller)
    volume = make_attached(caller, volume, instance)
    aside = make_volume(cloud.zone, caller)
    volume_bin.destroy(caller, aside)
    job = run_job(pool_maintenance.evacuate(root, fresh_pool(cloud)))
    assert job.state == "done", job.message
    assert (state_of(cloud.pool), fresh(instance).state) == ("maintenance", "running")
    assert set(Volume.objects.values_list("pool", flat=True)) == {other.pk}
    assert pools.enable(root, Pool.objects.get(pk=cloud.pool.pk)).state == "up"


def fresh_pool(cloud):
    return Pool.objects.get(pk=cloud.pool.pk)


def test_the_plan_says_what_goes_where(root, cloud, caller, volume, other):
    make_attached(caller, volume, deployed(cloud, caller))
    plan = plans.planned(lambda: pool_maintenance.evacuate(root, fresh_pool(cloud)))
    text = " ".join(one["sentence"] for one in plan.effects)
    assert f"Copies the volume {volume.name} of 2 GiB to {other.name}" in text
    assert "goes on running" in text
    assert state_of(cloud.pool) == "up"


def test_what_could_go_nowhere_is_told_before_anything_begins(root, cloud, caller, volume):
    with pytest.raises(Conflict) as refusal:
        pool_maintenance.evacuate(root, fresh_pool(cloud))
    assert volume.name in refusal.value.detail
    assert state_of(cloud.pool) == "up"


def test_a_root_disk_goes_only_to_what_the_size_of_its_instance_asks_for(root, cloud, caller):
    instance = deployed(cloud, caller)
    ServiceOffering.objects.filter(pk=instance.offering_id).update(storage_tags=["fast"])
    another_pool(cloud)
    with pytest.raises(Conflict, match="can go nowhere"):
        pool_maintenance.evacuate(root, fresh_pool(cloud))
    fast = another_pool(cloud, tags=["fast"])
    assert run_job(pool_maintenance.evacuate(root, fresh_pool(cloud))).state == "done"
    assert instance.attachments.get().volume.pool == fast


def test_a_pool_is_not_empty_while_a_guest_reads_an_iso_from_it(root, cloud, caller):
    instance = deployed(cloud, caller)
    another_pool(cloud)
    assert run_job(media.attach(caller, instance, make_iso().uuid)).state == "done"
    with pytest.raises(Conflict, match=f"ISOs that lie on .* running instances: {instance.name}"):
        pool_maintenance.evacuate(root, fresh_pool(cloud))
    assert state_of(cloud.pool) == "up"
    assert run_job(media.detach(caller, fresh(instance))).state == "done"
    assert run_job(pool_maintenance.evacuate(root, fresh_pool(cloud))).state == "done"


def look_again(times=10):
    """Every open job is run so many times, as if its pause were over."""
    for _ in range(times):
        Job.objects.filter(state="queued").update(not_before=clock.now() - timedelta(seconds=1))
        for uuid in list(Job.objects.filter(state="queued").values_list("uuid", flat=True)):
            runner.run(uuid)


def test_an_iso_that_was_put_in_meanwhile_is_waited_for(root, cloud, caller):
    instance = deployed(cloud, caller)
    other = another_pool(cloud)
    putting = media.attach(caller, instance, make_iso().uuid)
    job = pool_maintenance.evacuate(root, fresh_pool(cloud))
    runner.run(putting.uuid)
    look_again()
    job.refresh_from_db()
    assert (job.state, state_of(cloud.pool)) == ("queued", "evacuating")
    assert instance.attachments.get().volume.pool == other
    assert any(f"drives of running instances: {instance.name}." in line.sentence for line in job.lines.all())
    assert run_job_of(media.detach(caller, fresh(instance))).state == "done"
    assert (run_job(job).state, state_of(cloud.pool)) == ("done", "maintenance")


def run_job_of(job):
    """Runs this job alone, for others would wait for it."""
    runner.run(job.uuid)
    job.refresh_from_db()
    return job


def test_an_instance_that_starts_with_its_disk_elsewhere_does_not_count(root, cloud, caller):
    instance = deployed(cloud, caller)
    assert run_job(media.attach(caller, instance, make_iso().uuid)).state == "done"
    assert run_job(instances.stop(caller, fresh(instance))).state == "done"
    other = another_pool(cloud)
    volume = instance.attachments.get().volume
    assert run_job(volume_copies.move(root, volume, MoveValues(pool=other.uuid))).state == "done"
    cloud.world.inject(Fault(operation="ensure_image", kind=FaultKind.FAIL, error="unreachable", count=1))
    starting = run_job_of(instances.start(caller, fresh(instance)))
    assert (starting.state, fresh(instance).host, fresh(instance).iso.pool) == (
        "queued",
        cloud.host,
        cloud.pool,
    )
    assert run_job_of(pool_maintenance.evacuate(root, fresh_pool(cloud))).state == "done"
    assert state_of(cloud.pool) == "maintenance"
    assert run_job(starting).state == "done"
    assert fresh(instance).iso.pool == other
    pools.remove(root, fresh_pool(cloud))


def test_an_instance_that_is_off_and_kept_its_host_reads_no_iso(cloud, caller):
    instance = deployed(cloud, caller)
    assert run_job(media.attach(caller, instance, make_iso().uuid)).state == "done"
    assert instance.name in pool_maintenance.told_of_discs(cloud.pool)
    cloud.world.inject(Fault(operation="remove_guest", kind=FaultKind.FAIL, error="refused", count=None))
    assert run_job(instances.stop(caller, fresh(instance))).state == "failed"
    assert (fresh(instance).state, fresh(instance).host) == ("stopped", cloud.host)
    assert pool_maintenance.told_of_discs(cloud.pool) == ""
    pool_maintenance.forget_discs(cloud.pool)
    assert (fresh(instance).iso.pool, fresh(instance).iso.locator) == (None, "")


def test_a_stopped_instance_with_an_iso_leans_on_an_emptied_pool_no_more(root, cloud, caller):
    instance = deployed(cloud, caller)
    other = another_pool(cloud)
    assert run_job(media.attach(caller, instance, make_iso().uuid)).state == "done"
    assert run_job(instances.stop(caller, fresh(instance))).state == "done"
    assert run_job(pool_maintenance.evacuate(root, fresh_pool(cloud))).state == "done"
    pools.remove(root, fresh_pool(cloud))
    assert run_job(instances.start(caller, fresh(instance))).state == "done"
    assert fresh(instance).iso.pool == other


def test_room_is_counted_for_all_of_them_together(root, cloud, caller, volume, other):
    make_volume(cloud.zone, caller)
    Volume.objects.update(pool=cloud.pool)
    Pool.objects.filter(pk=other.pk).update(capacity_bytes=3 * GIB, overcommit=1, claimed_bytes=0)
    with pytest.raises(Conflict) as refusal:
        pool_maintenance.evacuate(root, fresh_pool(cloud))
    assert refusal.value.detail.startswith("1 volumes")


def test_aborted_it_takes_volumes_again(root, cloud, volume, other):
    job = pool_maintenance.evacuate(root, fresh_pool(cloud))
    assert state_of(cloud.pool) == "evacuating"
    jobs.abort(root, job)
    assert run_job(job).state == "cancelled"
    assert (state_of(cloud.pool), fresh_volume(volume).pool) == ("up", cloud.pool)


def test_a_volume_that_cannot_be_moved_ends_it_with_the_reason(root, cloud, volume, other):
    cloud.world.inject(Fault(operation="copy_volume", kind=FaultKind.FAIL, error="refused", count=None))
    job = run_job(pool_maintenance.evacuate(root, fresh_pool(cloud)))
    assert job.state == "failed"
    assert volume.name in job.message
    assert (state_of(cloud.pool), fresh_volume(volume).pool) == ("up", cloud.pool)
    cloud.world.clear_faults()
    assert run_job(jobs.retry(root, job)).state == "done"
    run_jobs()
    assert state_of(cloud.pool) == "maintenance"


def test_only_root_admins_and_only_a_pool_that_is_up(root, caller, cloud, volume, other):
    with pytest.raises(NotPermitted):
        pool_maintenance.evacuate(caller, fresh_pool(cloud))
    with pytest.raises(WrongState):
        pool_maintenance.evacuate(root, pools.disable(root, fresh_pool(cloud)))
