from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection

from cloudportal.core import clock
from cloudportal.core.errors import NoRoom
from cloudportal.drivers.errors import Unreachable
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import set_reachable
from cloudportal.events.models import MeterMark
from storage import images, volume_work
from storage.connections import storage_driver
from storage.models import Pool, TemplateCopy, Volume
from storage.services import volumes
from tests.support.factories import caller_for, make_account
from tests.support.factories_infra import GIB, make_infrastructure, make_pool, make_run, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def infra():
    return make_infrastructure()


@pytest.fixture
def caller():
    return caller_for(make_account())


def wished(caller, infra, **more):
    return volumes.allocate_root(caller, infra.zone, infra.template, name="root", **more)


def make(run, volume, host):
    volume_work.choose_pool(run, volume, host=host)
    volume_work.ensure_image_on_pool(run, volume, host=host)
    facts = volume_work.ensure_volume(run, volume, host=host)
    volume_work.record_volume(run, volume, facts)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def found(volume):
    with storage_driver(volume.pool or Pool.objects.get()) as driver:
        return driver.find_volume(volume.uuid)


def operations(subject):
    return [one.operation for one in world().effects(subject=subject)]


def test_a_root_volume_starts_as_a_copy_of_its_image(caller, infra):
    volume = wished(caller, infra)
    make(make_run(volume), volume, infra.host)
    volume = fresh(volume)
    assert (volume.state, volume.pool) == ("ready", infra.pool)
    assert found(volume).base_image == images.image_id_of(infra.template.checksum)
    assert found(volume).locator == volume.locator


@pytest.mark.parametrize(("provisioning", "least"), [("sparse", 0), ("fat", 5 * GIB)])
def test_one_that_is_not_thin_is_a_whole_copy_with_its_room(caller, infra, provisioning, least):
    volume = wished(caller, infra, provisioning=provisioning, size_bytes=5 * GIB)
    run = make_run(volume)
    make(run, volume, infra.host)
    make(run, volume, infra.host)
    facts = found(fresh(volume))
    assert (facts.base_image, facts.size_bytes) == (None, 5 * GIB)
    assert facts.allocated_bytes >= least
    pool = fresh(infra.pool)
    assert (pool.claimed_bytes, pool.claimed_whole_bytes) == (5 * GIB, least)
    volume_work.record_unmade(run, volume)
    assert (fresh(pool).claimed_bytes, fresh(pool).claimed_whole_bytes) == (0, 0)


def test_every_step_may_be_done_again(caller, infra):
    volume = wished(caller, infra)
    run = make_run(volume)
    make(run, volume, infra.host)
    make(run, volume, infra.host)
    assert fresh(infra.pool).claimed_bytes == volume.size_bytes
    assert operations(volume.uuid) == ["ensure_volume"]
    assert MeterMark.objects.count() == 1


def test_an_image_is_copied_to_a_pool_once(caller, infra):
    for _ in range(3):
        volume = wished(caller, infra)
        make(make_run(volume), volume, infra.host)
    assert operations(images.image_id_of(infra.template.checksum)) == ["ensure_image"]
    assert TemplateCopy.objects.get().is_complete


def test_a_pool_keeps_to_the_host_and_to_the_tags(caller, infra):
    volume = wished(caller, infra)
    with pytest.raises(NoRoom) as refusal:
        volume_work.choose_pool(make_run(volume), volume, host=infra.host, tags=("nvme",))
    assert infra.pool.name not in refusal.value.detail + str(refusal.value.values)
    assert fresh(volume).state == "allocated"
    assert infra.pool.name in volume_work.funnel_for(volume, host=infra.host, tags=("nvme",)).reasons


def test_a_volume_keeps_the_pool_that_it_has(caller, infra):
    volume = wished(caller, infra)
    run = make_run(volume)
    first = volume_work.choose_pool(run, volume, host=infra.host)
    make_pool(infra.zone, capacity_bytes=10**6 * GIB)
    assert volume_work.choose_pool(run, volume, host=infra.host) == first


def test_turning_back_leaves_the_wish_and_gives_the_place_back(caller, infra):
    volume = wished(caller, infra)
    run = make_run(volume)
    make(run, volume, infra.host)
    for _ in range(2):
        volume_work.remove_volume(run, fresh(volume), host=infra.host)
        volume_work.record_unmade(run, volume)
    volume = fresh(volume)
    assert (volume.state, volume.pool, volume.locator) == ("allocated", None, "")
    assert fresh(infra.pool).claimed_bytes == 0
    assert found(volume) is None
    assert list(MeterMark.objects.order_by("id").values_list("starts", flat=True)) == [True, False]
    make(run, volume, infra.host)
    assert fresh(volume).state == "ready"


@pytest.mark.parametrize("state", ["allocated", "creating", "ready", "deleting", "error"])
def test_removing_for_good_works_from_every_state_and_once(caller, infra, state):
    volume = wished(caller, infra)
    run = make_run(volume)
    make(run, volume, infra.host)
    Volume.objects.filter(pk=volume.pk).update(state=state)
    for _ in range(2):
        volume_work.remove_volume(run, fresh(volume), host=infra.host)
        volume_work.record_removed(run, volume)
    assert fresh(volume).state == "deleted"
    assert fresh(infra.pool).claimed_bytes == 0
    assert found(volume) is None


def test_a_new_size_is_metered_from_the_moment_that_the_old_one_ends(caller, infra, monkeypatch):
    volume = wished(caller, infra)
    make(make_run(volume), volume, infra.host)
    seconds = count()
    begun = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(seconds=next(seconds)))
    volume = fresh(volume)
    volume_work.record_size(make_run(volume), volume, volume.size_bytes + GIB, volume.offering)
    marks = MeterMark.objects.filter(subject_uuid=volume.uuid).order_by("id")
    started, stopped, again = marks
    assert [one.starts for one in marks] == [True, False, True]
    assert stopped.at == again.at
    assert again.quantities["size_bytes"] == started.quantities["size_bytes"] + GIB


def test_an_image_that_vanished_from_the_pool_is_sent_again(caller, infra):
    first = wished(caller, infra)
    make(make_run(first), first, infra.host)
    with storage_driver(infra.pool) as driver:
        driver.remove_volume(first.uuid)
        driver.remove_image(images.image_id_of(infra.template.checksum))
    second = wished(caller, infra)
    make(make_run(second), second, infra.host)
    assert fresh(second).state == "ready"


def test_a_copy_that_failed_is_free_for_the_next(caller, infra):
    world().inject(
        Fault(
            operation="ensure_image", kind=FaultKind.FAIL, error="refused", place=infra.pool.settings["place"]
        )
    )
    volume = wished(caller, infra)
    run = make_run(volume)
    volume_work.choose_pool(run, volume, host=infra.host)
    with pytest.raises(Exception, match="refused"):
        volume_work.ensure_image_on_pool(run, volume, host=infra.host)
    copy = TemplateCopy.objects.get()
    assert (copy.is_complete, copy.copier) == (False, None)
    other = wished(caller, infra)
    make(make_run(other), other, infra.host)
    assert fresh(other).state == "ready"


def test_a_job_goes_on_at_once_with_its_own_copy(caller, infra):
    volume = wished(caller, infra)
    run = make_run(volume)
    volume_work.choose_pool(run, volume, host=infra.host)
    checksum = infra.template.checksum
    assert images._claim(checksum, infra.pool, run.job.uuid)
    volume_work.ensure_image_on_pool(run, volume, host=infra.host)
    assert TemplateCopy.objects.get().is_complete


def test_another_job_waits_until_the_copier_is_silent(caller, infra, monkeypatch):
    volume = wished(caller, infra)
    run = make_run(volume)
    volume_work.choose_pool(run, volume, host=infra.host)
    checksum = infra.template.checksum
    assert images._claim(checksum, infra.pool, volume.uuid)
    waits = []

    def wait(seconds):
        waits.append(seconds)
        TemplateCopy.objects.update(copying_until=volume.created_at)

    monkeypatch.setattr(images.time, "sleep", wait)
    volume_work.ensure_image_on_pool(run, volume, host=infra.host)
    assert len(waits) == 1
    assert TemplateCopy.objects.get().is_complete


def test_a_pool_that_is_away_changes_nothing(caller, infra):
    volume = wished(caller, infra)
    run = make_run(volume)
    make(run, volume, infra.host)
    set_reachable(world(), infra.pool.settings["place"], False)
    with pytest.raises(Unreachable):
        volume_work.remove_volume(run, fresh(volume))
    assert fresh(volume).state == "ready"


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_copy_an_image_once():
    infra = make_infrastructure()
    caller = caller_for(make_account())
    runs = [(make_run(one), one) for one in [wished(caller, infra) for _ in range(6)]]
    for run, volume in runs:
        volume_work.choose_pool(run, volume, host=infra.host)

    def work(one):
        try:
            volume_work.ensure_image_on_pool(*one, host=infra.host)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, runs))
    assert operations(images.image_id_of(infra.template.checksum)) == ["ensure_image"]
    assert TemplateCopy.objects.get().is_complete
