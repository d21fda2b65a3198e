"""What becomes of data volumes when their instance goes: kept and free, but for those that are chosen."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import NotFound, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from compute.models import VolumeAttachment
from compute.services import instances
from storage.models import Volume
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import account_of
from tests.support.factories_compute import fresh
from tests.support.factories_volumes import another_pool, make_attached, make_volume
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(tenant, instance):
    """Two data volumes of the instance, which lie nowhere yet."""
    found = []
    for index in (1, 2):
        volume = Volume.objects.create(
            account=account_of(tenant),
            zone=instance.zone,
            name=f"data-{index}",
            size_bytes=2**30,
            held_by=instance.uuid,
        )
        VolumeAttachment.objects.create(instance=instance, volume=volume, device_index=index)
        found.append(volume)
    return found


def states_of(volumes):
    return [Volume.objects.get(pk=one.pk).state for one in volumes]


def test_data_volumes_are_kept_and_free_again(tenant, instance, data):
    assert run_job(instances.destroy(tenant, fresh(instance), expunge=True)).state == "done"
    assert states_of(data) == ["allocated", "allocated"]
    assert set(Volume.objects.filter(kind="data").values_list("held_by")) == {(None,)}


def test_chosen_ones_go_when_it_is_expunged_and_not_before(tenant, instance, data):
    first, _ = data
    assert run_job(instances.destroy(tenant, fresh(instance), delete_volumes=[first.uuid])).state == "done"
    assert states_of(data) == ["allocated", "allocated"]
    assert run_job(instances.expunge(tenant, fresh(instance))).state == "done"
    assert states_of(data) == ["deleted", "allocated"]


def test_all_of_them_go_where_that_is_wanted(tenant, instance, data):
    plan = plans.planned(lambda: instances.destroy(tenant, fresh(instance), with_volumes=True))
    assert "data-1, data-2" in plan.effects[0]["sentence"]
    run_job(instances.destroy(tenant, fresh(instance), expunge=True, with_volumes=True))
    assert states_of(data) == ["deleted", "deleted"]


def test_whoever_recovers_it_has_chosen_nothing(tenant, instance, data):
    run_job(instances.destroy(tenant, fresh(instance), with_volumes=True))
    instances.recover(tenant, fresh(instance))
    run_job(instances.destroy(tenant, fresh(instance), expunge=True))
    assert states_of(data) == ["allocated", "allocated"]


def test_a_choice_for_a_destroying_that_failed_does_not_count_for_the_next(cloud, tenant, instance, data):
    cloud.world.inject(Fault(operation="set_power", kind=FaultKind.FAIL, error="refused", count=None))
    assert run_job(instances.destroy(tenant, fresh(instance), with_volumes=True)).state == "failed"
    cloud.world.clear_faults()
    run_job(instances.destroy(tenant, fresh(instance), expunge=True))
    assert states_of(data) == ["allocated", "allocated"]


def test_what_lost_its_disk_half_way_is_not_recovered_but_expunged(cloud, tenant, instance):
    another_pool(cloud, tags=["other"])
    volume = make_attached(tenant, make_volume(cloud.zone, tenant, tags=["other"]), fresh(instance))
    root = fresh(instance).attachments.get(device_index=0).volume
    assert volume.pool != root.pool
    run_job(instances.destroy(tenant, fresh(instance), delete_volumes=[volume.uuid]))
    place = volume.pool.settings["place"]
    cloud.world.inject(
        Fault(operation="remove_volume", kind=FaultKind.FAIL, error="refused", place=place, count=None)
    )
    assert run_job(instances.expunge(tenant, fresh(instance))).state == "failed"
    assert (fresh(instance).state, states_of([root, volume])) == ("destroyed", ["error", "error"])
    with pytest.raises(WrongState) as refusal:
        instances.recover(tenant, fresh(instance))
    assert "Expunge what is left of it" in refusal.value.detail
    cloud.world.clear_faults()
    assert run_job(instances.expunge(tenant, fresh(instance))).state == "done"
    assert states_of([root, volume]) == ["deleted", "deleted"]
    world_equals_rows(cloud)


def test_only_its_own_data_volumes_can_be_chosen(tenant, instance, data):
    root = fresh(instance).attachments.get(device_index=0).volume
    other = Volume.objects.create(
        account=account_of(tenant), zone=instance.zone, name="other", size_bytes=2**30
    )
    for volume in (root, other):
        with pytest.raises(NotFound):
            instances.destroy(tenant, fresh(instance), delete_volumes=[volume.uuid])
    assert fresh(instance).state == "running"
