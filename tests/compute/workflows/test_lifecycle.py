"""The whole life of an instance on the simulator, through services and the runner."""

import os
import time

import pytest

from cloudportal.events import meters
from cloudportal.events.models import Event
from compute import states
from compute.models import Instance
from compute.services import instances
from networking.models import Address
from storage import housekeeping, store
from storage.models import Volume
from storage.services import templates
from tenants.models import Counter
from tests.support.factories import account_of
from tests.support.factories_compute import deployed, destroyed, fresh, guests_of, stopped
from tests.support.jobs import run_job

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_transaction_while_a_driver_is_called"),
]


def running(instance):
    return meters.is_running(meters.RUNNING_INSTANCE, instance.uuid)


def allocated(instance):
    return meters.is_running(meters.ALLOCATED_INSTANCE, instance.uuid)


def used(caller):
    counters = Counter.objects.filter(level=Counter.ACCOUNT, owner_id=account_of(caller).pk)
    return {one.resource: one.used for one in counters if one.used}


def test_a_deployed_instance_runs_where_the_rows_say(cloud, tenant):
    instance = deployed(cloud, tenant)
    host, guest = guests_of(cloud)[instance.uuid]
    assert (instance.state, instance.host, guest.power) == (states.RUNNING, host, "on")
    assert (guest.cpus, guest.memory_mib) == (instance.cpus, instance.memory_mib)
    nic = instance.nics.get()
    assert (nic.address.held_by, guest.nics[0].mac) == (nic.uuid, nic.mac)
    assert running(instance)
    assert allocated(instance)


def test_a_deployed_instance_counts_at_its_owner(cloud, tenant):
    deployed(cloud, tenant)
    assert used(tenant) == {
        "instances": 1,
        "cpus": 1,
        "memory_mib": 512,
        "volumes": 1,
        "primary_storage_gib": 1,
        "addresses": 1,
    }


def test_a_deployment_is_told_when_it_begins_and_when_it_ends(cloud, tenant):
    instance = deployed(cloud, tenant)
    events = Event.objects.filter(type="VM.CREATE", subject_uuid=instance.uuid).order_by("id")
    assert [event.stage for event in events] == ["started", "completed"]
    assert {event.user_name for event in events} == {tenant.user_name}


def test_a_host_gives_what_the_instance_takes(cloud, tenant):
    instance = deployed(cloud, tenant)
    host = instance.host
    host.refresh_from_db()
    assert (host.claimed_cpus, host.claimed_memory_mib) == (1, 512)


def test_a_stopped_instance_is_nowhere_and_costs_no_running_time(cloud, tenant):
    instance = stopped(cloud, tenant)
    assert (instance.state, instance.host) == (states.STOPPED, None)
    assert instance.last_host == cloud.host
    assert instance.uuid not in guests_of(cloud)
    assert not running(instance)
    assert allocated(instance)
    cloud.host.refresh_from_db()
    assert cloud.host.claimed_cpus == 0


def test_a_stopped_instance_keeps_disk_and_address(cloud, tenant):
    instance = stopped(cloud, tenant)
    assert instance.attachments.get().volume.state == "ready"
    assert instance.nics.get().address is not None


def test_a_stopped_instance_starts_again_on_the_same_disk(cloud, tenant):
    instance = stopped(cloud, tenant)
    volume = instance.attachments.get().volume
    assert run_job(instances.start(tenant, instance)).state == "done"
    instance = fresh(instance)
    _, guest = guests_of(cloud)[instance.uuid]
    assert (instance.state, guest.power) == (states.RUNNING, "on")
    assert instance.attachments.get().volume == volume
    assert len(cloud.world.effects(operation="ensure_volume", subject=volume.uuid)) == 1
    assert running(instance)


def test_a_start_goes_elsewhere_when_the_last_host_is_closed(cloud, tenant):
    instance = stopped(cloud, tenant)
    cloud.host.state = "disabled"
    cloud.host.save()
    run_job(instances.start(tenant, instance))
    assert fresh(instance).host == cloud.hosts[1]


def test_a_reboot_goes_down_and_up_once(cloud, tenant):
    instance = deployed(cloud, tenant)
    before = len(cloud.world.effects(operation="set_power"))
    assert run_job(instances.reboot(tenant, instance)).state == "done"
    assert fresh(instance).state == states.RUNNING
    power = [effect.detail for effect in cloud.world.effects(operation="set_power")[before:]]
    assert power == ["off", "on"]
    assert running(instance)


def test_an_instance_that_does_not_heed_is_cut_off(cloud, tenant):
    from cloudportal.drivers.simulated.tampering import set_deaf

    instance = deployed(cloud, tenant)
    set_deaf(cloud.world, instance.uuid, True)
    job = run_job(instances.stop(tenant, instance))
    assert job.state == "done"
    assert fresh(instance).state == states.STOPPED
    assert any("its power is cut" in line.sentence for line in job.lines.all())


def test_a_destroyed_instance_gives_its_share_back_and_keeps_its_disk(cloud, tenant):
    instance = destroyed(cloud, tenant)
    assert instance.state == states.DESTROYED
    assert instance.destroyed_at is not None
    assert instance.uuid not in guests_of(cloud)
    assert used(tenant) == {"volumes": 1, "primary_storage_gib": 1, "addresses": 1}
    assert not allocated(instance)


def test_a_recovered_instance_counts_again_and_can_be_started(cloud, tenant):
    instance = destroyed(cloud, tenant)
    address = instance.nics.get().address
    instances.recover(tenant, instance)
    instance = fresh(instance)
    assert instance.state == states.STOPPED
    assert used(tenant)["instances"] == 1
    assert allocated(instance)
    assert run_job(instances.start(tenant, instance)).state == "done"
    assert fresh(instance).nics.get().address == address


def test_an_expunged_instance_leaves_nothing_behind(cloud, tenant):
    instance = destroyed(cloud, tenant)
    assert run_job(instances.expunge(tenant, instance)).state == "done"
    instance = fresh(instance)
    assert instance.state == states.EXPUNGED
    assert used(tenant) == {}
    assert not instance.nics.exists()
    assert not Address.objects.filter(state="taken").exists()
    assert [volume.state for volume in Volume.objects.all()] == ["deleted"]
    cloud.pool.refresh_from_db()
    assert cloud.pool.claimed_bytes == 0


def test_destroying_and_expunging_can_be_one_job(cloud, tenant):
    instance = deployed(cloud, tenant)
    assert run_job(instances.destroy(tenant, instance, expunge=True)).state == "done"
    assert fresh(instance).state == states.EXPUNGED
    assert used(tenant) == {}
    assert not running(instance)
    assert guests_of(cloud) == {}


def test_an_instance_that_is_not_to_start_is_only_set_up(cloud, tenant):
    instance = deployed(cloud, tenant, start=False)
    assert (instance.state, instance.host) == (states.STOPPED, None)
    assert allocated(instance)
    assert not running(instance)
    assert cloud.world.effects(operation="ensure_volume") == ()
    assert run_job(instances.start(tenant, instance)).state == "done"
    assert fresh(instance).state == states.RUNNING


def test_two_instances_never_share_an_address_or_mac(cloud, tenant):
    for _ in range(5):
        deployed(cloud, tenant)
    nics = [nic for one in Instance.objects.all() for nic in one.nics.select_related("address")]
    assert len({nic.mac for nic in nics}) == len({nic.address.ip for nic in nics}) == 5


def test_an_instance_that_was_never_started_keeps_the_image_of_a_deleted_template(cloud, tenant, root):
    instance = deployed(cloud, tenant, start=False)
    assert run_job(templates.delete(root, cloud.template)).state == "done"
    assert run_job(instances.start(tenant, instance)).state == "done"
    assert fresh(instance).state == states.RUNNING


def test_the_image_of_a_deleted_template_goes_with_the_last_that_waits_for_it(cloud, tenant, root):
    instance = deployed(cloud, tenant, start=False)
    assert run_job(templates.delete(root, cloud.template)).state == "done"
    image = store.path_of(cloud.template.checksum)
    old = time.time() - housekeeping.ORPHAN_SECONDS - 1
    os.utime(image, (old, old))
    assert (housekeeping.clear_images(), image.exists()) == (0, True)
    assert run_job(instances.destroy(tenant, fresh(instance), expunge=True)).state == "done"
    assert (housekeeping.clear_images(), image.exists()) == (1, False)
