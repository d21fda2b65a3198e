import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Busy, Conflict, InvalidInput, NotFound, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import set_deaf
from cloudportal.events.models import Event
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Hold
from compute.models import VolumeAttachment
from compute.services import attachments, instances
from compute.services.attachments import LAST_PLACE, AttachValues
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_account, make_caller, make_personas
from tests.support.factories_compute import cluster_in, deployed, fresh, guests_of, make_cloud, stopped
from tests.support.factories_infra import make_host, make_pool, make_zone
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


@pytest.fixture
def running(cloud, caller):
    return deployed(cloud, caller)


def disks_of(cloud, instance):
    return {disk.device_index: disk.locator for disk in guests_of(cloud)[instance.uuid][1].disks}


def at(instance, device_index=None):
    return AttachValues(instance=instance.uuid, device_index=device_index)


def test_a_running_instance_has_the_disk_at_once(cloud, caller, running, volume):
    volume = make_attached(caller, volume, running)
    assert disks_of(cloud, running)[1] == volume.locator
    assert volume.held_by == running.uuid
    world_equals_rows(cloud)
    stages = Event.objects.filter(type="VOLUME.ATTACH").order_by("id").values_list("stage", flat=True)
    assert list(stages) == ["started", "completed"]


def test_a_stopped_instance_has_the_disk_when_it_is_started(cloud, caller, volume):
    instance = stopped(cloud, caller)
    volume = make_attached(caller, volume, instance, 5)
    run_job(instances.start(caller, fresh(instance)))
    assert disks_of(cloud, instance)[5] == volume.locator


def test_disks_keep_their_places_whatever_happens_between(cloud, caller, running):
    volumes = {place: make_volume(cloud.zone, caller) for place in (3, 1, 7)}
    for place, volume in volumes.items():
        make_attached(caller, volume, running, place)
    run_job(attachments.detach(caller, fresh_volume(volumes[1])))
    run_job(instances.stop(caller, fresh(running)))
    run_job(instances.start(caller, fresh(running)))
    wished = {place: volumes[place].locator for place in (3, 7)}
    assert disks_of(cloud, running) == {0: disks_of(cloud, running)[0], **wished}
    assert attachments.free_places(running)[:3] == [1, 2, 4]


def test_a_detached_volume_is_free_for_another_instance(cloud, caller, running, volume):
    other = deployed(cloud, caller)
    make_attached(caller, volume, running)
    assert run_job(attachments.detach(caller, fresh_volume(volume))).state == "done"
    assert fresh_volume(volume).held_by is None
    volume = make_attached(caller, fresh_volume(volume), other)
    assert (volume.held_by, disks_of(cloud, running)) == (other.uuid, {0: disks_of(cloud, running)[0]})
    world_equals_rows(cloud)


def test_a_volume_is_not_free_before_its_guest_has_let_go(cloud, caller, running, volume):
    make_attached(caller, volume, running)
    set_deaf(cloud.world, running.uuid, True)
    job = run_job(attachments.detach(caller, fresh_volume(volume)))
    assert (job.state, job.message_code) == ("failed", "outcome-unknown")
    assert "did not let go" in job.message
    assert fresh_volume(volume).held_by == running.uuid
    assert 1 in disks_of(cloud, running)
    with pytest.raises(Conflict):
        attachments.attach(caller, fresh_volume(volume), at(deployed(cloud, caller)))
    set_deaf(cloud.world, running.uuid, False)
    assert run_job(attachments.detach(caller, fresh_volume(volume))).state == "done"


def test_a_volume_that_another_instance_has_by_now_is_not_detached_by_another_try(
    cloud, caller, running, volume
):
    make_attached(caller, volume, running)
    cloud.world.inject(Fault(operation="detach_disk", kind=FaultKind.FAIL, error="refused"))
    failed = run_job(attachments.detach(caller, fresh_volume(volume)))
    assert failed.state == "failed"
    assert run_job(attachments.detach(caller, fresh_volume(volume))).state == "done"
    make_attached(caller, fresh_volume(volume), deployed(cloud, caller))
    with pytest.raises(Conflict, match="is not attached to"):
        jobs.retry(make_personas().root_admin, failed)


def test_an_attachment_that_fails_leaves_the_volume_free(cloud, caller, running, volume):
    cloud.world.inject(Fault(operation="attach_disk", kind=FaultKind.FAIL, error="refused", count=None))
    job = run_job(attachments.attach(caller, volume, at(running)))
    assert job.state == "failed"
    assert fresh_volume(volume).held_by is None
    assert not VolumeAttachment.objects.filter(volume=volume).exists()
    assert not Hold.objects.exists()
    assert 1 not in disks_of(cloud, running)


def test_a_volume_is_in_one_instance_at_most(cloud, caller, running, volume):
    other = deployed(cloud, caller)
    attachments.attach(caller, volume, at(running))
    with pytest.raises((Busy, Conflict)):
        attachments.attach(caller, fresh_volume(volume), at(other))
    run_jobs()
    with pytest.raises(Conflict):
        attachments.attach(caller, fresh_volume(volume), at(other))


@pytest.mark.parametrize("place", [0, -1, LAST_PLACE + 1, 2**40, 3])
def test_a_place_that_cannot_be_is_refused(cloud, caller, running, volume, place):
    make_attached(caller, make_volume(cloud.zone, caller), running, 3)
    with pytest.raises(InvalidInput) as refusal:
        attachments.attach(caller, volume, at(running, place))
    assert "device_index" in refusal.value.fields


def test_a_full_instance_says_so(cloud, caller, running, volume, monkeypatch):
    monkeypatch.setattr(attachments, "LAST_PLACE", 1)
    make_attached(caller, make_volume(cloud.zone, caller), running)
    with pytest.raises(Conflict) as refusal:
        attachments.attach(caller, volume, at(running))
    assert "Detach one first" in refusal.value.detail


def test_what_is_not_the_callers_is_not_found(cloud, caller, running, volume):
    stranger = make_caller(make_account().domain)
    theirs = deployed(cloud, stranger)
    with pytest.raises(NotFound):
        attachments.attach(caller, volume, at(theirs))


def test_an_admin_does_not_mix_accounts(cloud, caller, volume):
    people = make_personas()
    with pytest.raises(InvalidInput) as refusal:
        attachments.attach(people.root_admin, volume, at(deployed(cloud, people.user)))
    assert "another account" in refusal.value.detail


def test_an_instance_in_another_zone_is_refused(caller, running):
    elsewhere = make_zone()
    make_pool(elsewhere)
    with pytest.raises(InvalidInput) as refusal:
        attachments.attach(caller, make_volume(elsewhere, caller), at(running))
    assert "zone" in refusal.value.detail


def test_root_disks_stay_where_they_are(cloud, caller, running):
    root = fresh_volume(running.attachments.get(device_index=0).volume)
    with pytest.raises(Conflict):
        attachments.detach(caller, root)
    with pytest.raises(Conflict):
        attachments.attach(caller, root, at(deployed(cloud, caller)))


def test_what_is_not_attached_cannot_be_detached(caller, volume):
    with pytest.raises(Conflict):
        attachments.detach(caller, volume)


def test_an_instance_on_its_way_keeps_its_disks(cloud, caller, running, volume):
    instances.stop(caller, running)
    with pytest.raises((WrongState, Busy)):
        attachments.attach(caller, volume, at(running))


def test_storage_out_of_reach_is_refused_with_what_to_do(cloud, caller, running):
    far = make_host(cluster_in(cloud.zone))
    make_pool(cloud.zone, host=far, tags=["far"])
    volume = make_volume(cloud.zone, caller, tags=["far"])
    with pytest.raises(Conflict) as refusal:
        attachments.attach(caller, volume, at(running))
    assert "Move the volume" in refusal.value.detail


def test_a_stopped_instance_starts_only_where_all_of_its_disks_are(caller):
    cloud = make_cloud(hosts=2)
    near = cloud.hosts[1]
    make_pool(
        cloud.zone, host=near, tags=["near"], settings={"world": str(cloud.world.path), "place": "near"}
    )
    volume = make_volume(cloud.zone, caller, tags=["near"])
    instance = stopped(cloud, caller)
    make_attached(caller, volume, instance)
    assert run_job(instances.start(caller, fresh(instance))).state == "done"
    assert fresh(instance).host == near


def test_the_plan_says_what_would_happen_and_changes_nothing(caller, running, volume):
    plan = plans.planned(lambda: attachments.attach(caller, volume, at(running)))
    assert "at once" in plan.effects[0]["sentence"]
    assert fresh_volume(volume).held_by is None


def test_an_expunged_instance_sets_its_data_volumes_free(cloud, caller, running, volume):
    make_attached(caller, volume, running)
    run_job(instances.destroy(caller, fresh(running), expunge=True))
    assert (fresh_volume(volume).state, fresh_volume(volume).held_by) == ("ready", None)
    world_equals_rows(cloud)


def test_a_destroyed_instance_keeps_them_until_then_and_gives_them_away(cloud, caller, running, volume):
    make_attached(caller, volume, running)
    run_job(instances.destroy(caller, fresh(running)))
    assert fresh_volume(volume).held_by == running.uuid
    assert run_job(attachments.detach(caller, fresh_volume(volume))).state == "done"
    assert fresh_volume(volume).held_by is None
