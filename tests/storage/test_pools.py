from dataclasses import replace
from decimal import Decimal

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotPermitted
from cloudportal.drivers.errors import Refused, Unreachable
from cloudportal.drivers.simulated.tampering import set_reachable
from cloudportal.events.models import Alert
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from storage import housekeeping, queries
from storage.connections import ready_pool, storage_driver
from storage.models import Pool, Volume
from storage.services import offerings, pools
from tenants.models import Account
from tests.support.factories import make_personas
from tests.support.factories_infra import (
    GIB,
    make_cluster,
    make_disk_offering,
    make_host,
    make_pool,
    make_zone,
    new_place,
    place_settings,
    world,
)
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def root(people):
    return people.root_admin


@pytest.fixture
def place():
    return new_place()


def values(place, **more):
    given = {
        "zone_uuid": None,
        "name": "primary",
        "driver": "simulator",
        "settings": place_settings(place, capacity_gib=10),
        **more,
    }
    given["zone_uuid"] = given["zone_uuid"] or make_zone().uuid
    return pools.PoolValues(**given)


def added(root, place, **more):
    pool, job = pools.add(root, values(place, **more))
    run_job(job)
    pool.refresh_from_db()
    return pool, job


def test_an_added_pool_is_made_and_comes_up(root, place):
    pool, job = added(root, place, tags=("ssd",))
    assert (job.state, pool.state, pool.capacity_bytes, pool.tags) == ("done", "up", 10 * GIB, ["ssd"])
    with storage_driver(pool) as driver:
        assert driver.pool_facts().uuid == pool.uuid


def test_a_pool_that_cannot_be_made_is_disabled_with_what_to_do(root, place, settings):
    settings.JOB_STEP_TRIES = 1
    set_reachable(world(), place, False)
    pool, _ = added(root, place)
    assert pool.state == "disabled"
    assert "reconnect" in pool.reason
    set_reachable(world(), place, True)
    run_job(pools.reconnect(root, pool))
    pool.refresh_from_db()
    assert (pool.state, pool.reason) == ("up", "")


def test_places_in_arguments_must_fit_together(root, place):
    host, elsewhere = make_host(), make_cluster()
    zone = host.cluster.pod.zone
    for field, more in {
        "cluster_uuid": {"cluster_uuid": elsewhere.uuid},
        "host_uuid": {"host_uuid": make_host().uuid},
    }.items():
        with pytest.raises(InvalidInput) as refusal:
            pools.add(root, values(place, zone_uuid=zone.uuid, **more))
        assert field in refusal.value.fields
    sibling = make_cluster(host.cluster.pod)
    with pytest.raises(InvalidInput):
        pools.add(root, values(place, zone_uuid=zone.uuid, cluster_uuid=sibling.uuid, host_uuid=host.uuid))


@pytest.mark.parametrize("who", ["read_only_admin", "domain_admin", "user"])
def test_only_root_admins_add_pools(people, place, who):
    with pytest.raises(NotPermitted):
        pools.add(getattr(people, who), values(place))


@pytest.mark.parametrize("factor", ["0", "1000"])
def test_overcommit_stays_in_bounds(root, place, factor):
    with pytest.raises(InvalidInput):
        pools.add(root, values(place, overcommit=Decimal(factor)))


def test_pools_are_taken_out_of_use_and_back(root):
    pool = make_pool()
    pools.disable(root, pool)
    pools.enable(root, pool)
    pools.maintain(root, pool)
    pools.enable(root, pool)
    assert Pool.objects.get().state == "up"


def test_an_edit_keeps_the_settings_that_are_not_named(root):
    pool = make_pool()
    before = dict(pool.settings)
    pools.update(root, pool, pools.PoolChanges(settings={"capacity_gib": 5}, name="renamed"))
    pool.refresh_from_db()
    assert (pool.name, pool.settings) == ("renamed", {**before, "capacity_gib": 5})


def test_an_empty_pool_is_forgotten_by_its_host_as_well(root, place):
    pool, _ = added(root, place)
    pools.disable(root, pool)
    pools.remove(root, pool)
    assert not Pool.objects.exists()
    assert run_job(Job.objects.get(kind="pool.leave")).state == "done"
    again, _ = added(root, place, name="again")
    assert again.state == "up"


def test_the_watch_refreshes_figures_and_tells_of_full_pools():
    pool = make_pool(settings=place_settings(new_place(), capacity_gib=1), capacity_bytes=5)
    assert housekeeping.watch() == 1
    pool.refresh_from_db()
    assert pool.capacity_bytes == GIB
    assert not Alert.objects.exists()


def test_a_pool_that_stays_silent_raises_one_alert_and_clears_it():
    pool = make_pool()
    set_reachable(world(), pool.settings["place"], False)
    for _ in range(housekeeping.SILENT_ROUNDS + 1):
        housekeeping.watch()
    alert = Alert.objects.get()
    assert alert.is_open
    assert pool.name in alert.sentence
    set_reachable(world(), pool.settings["place"], True)
    housekeeping.watch()
    alert.refresh_from_db()
    assert not alert.is_open
    assert Pool.objects.get().state == "up"


def test_disk_offerings_are_made_edited_and_deleted(root):
    offering = offerings.create(root, offerings.DiskOfferingValues(name="Small", size_gib=5, tags=("ssd",)))
    offerings.update(root, offering, offerings.DiskOfferingChanges(description="Five"))
    offerings.delete(root, offering)
    with pytest.raises(Conflict):
        offerings.create(root, offerings.DiskOfferingValues(name=make_disk_offering().name))


@pytest.mark.parametrize("size_gib", [0, -5, 10**9])
def test_an_offerings_size_stays_in_bounds(root, size_gib):
    with pytest.raises(InvalidInput):
        offerings.create(root, offerings.DiskOfferingValues(name="x", size_gib=size_gib))


def test_a_pool_without_a_connection_of_its_own_goes_through_a_host():
    host = make_host()
    pool = Pool.objects.create(
        zone=host.cluster.pod.zone,
        cluster=host.cluster,
        name="through",
        driver="simulator",
        settings={"place": new_place(), "capacity_gib": 3},
        state="up",
    )
    with ready_pool(pool) as driver:
        assert driver.pool_facts().capacity_bytes == 3 * GIB
    with ready_pool(pool, host=host) as driver:
        assert driver.pool_facts().uuid == pool.uuid
    Pool.objects.filter(pk=pool.pk).update(cluster=None, host=host)
    with ready_pool(Pool.objects.get()) as driver:
        assert driver.pool_facts().uuid == pool.uuid


def test_a_pool_whose_hosts_are_all_down_is_out_of_reach():
    host = make_host(state="unreachable")
    pool = Pool(zone=host.cluster.pod.zone, name="p", driver="simulator", settings={"place": "x"})
    with pytest.raises(Unreachable) as fault:
        storage_driver(pool)
    assert pool.name in fault.value.detail


def test_settings_that_no_longer_fit_say_so():
    pool = Pool(zone=make_zone(), name="p", driver="simulator", settings={"world": "relative", "place": "x"})
    with pytest.raises(Refused) as fault:
        storage_driver(pool)
    assert "p" in fault.value.sentence


def test_a_full_pool_raises_an_alert_until_there_is_space(monkeypatch):
    pool = make_pool()
    with storage_driver(pool) as driver:
        facts = driver.pool_facts()
    housekeeping._answered(pool, replace(facts, used_bytes=facts.capacity_bytes))
    assert Alert.objects.get().code == housekeeping.FULL_ALERT
    housekeeping._answered(pool, facts)
    assert not Alert.objects.get().is_open


def test_a_pool_that_has_promised_nearly_all_raises_an_alert_until_it_has_not():
    pool = make_pool(overcommit=2)
    with storage_driver(pool) as driver:
        facts = driver.pool_facts()
    Pool.objects.update(claimed_bytes=facts.capacity_bytes * 17 // 10)
    housekeeping._answered(pool, facts)
    assert not Alert.objects.exists()
    Pool.objects.update(claimed_bytes=facts.capacity_bytes * 17 // 10 + 1)
    housekeeping._answered(pool, facts)
    found = Alert.objects.get()
    assert (found.code, found.is_open) == (housekeeping.PROMISED_ALERT, True)
    Pool.objects.update(claimed_bytes=0)
    housekeeping._answered(pool, facts)
    assert not Alert.objects.get().is_open


def test_a_pool_that_holds_volumes_is_not_forgotten(root):
    pool = make_pool(state="maintenance")
    account = Account.objects.get(name="admin")
    Volume.objects.create(account=account, zone=pool.zone, pool=pool, name="v", size_bytes=GIB)
    with pytest.raises(Conflict):
        pools.remove(root, pool)


def test_a_failed_connection_can_be_tried_again(root, place, settings):
    settings.JOB_STEP_TRIES = 1
    set_reachable(world(), place, False)
    pool, job = added(root, place)
    set_reachable(world(), place, True)
    run_job(jobs.retry(root, job))
    pool.refresh_from_db()
    assert pool.state == "up"


def test_an_offering_that_was_chosen_is_closed_instead_of_deleted(root):
    offering = make_disk_offering(size_gib=None)
    account = Account.objects.get(name="admin")
    Volume.objects.create(account=account, zone=make_zone(), offering=offering, name="v", size_bytes=GIB)
    offerings.update(root, offering, offerings.DiskOfferingChanges(name="Renamed", tags=("b", "a")))
    offerings.delete(root, offering)
    offering.refresh_from_db()
    assert (offering.name, offering.tags, offering.is_active) == ("Renamed", ["a", "b"], False)


def test_pools_are_for_root_admins_to_see(people):
    pool = make_pool()
    assert queries.pool_for(people.root_admin, pool.uuid) == pool
    with pytest.raises(NotPermitted):
        queries.pool_for(people.domain_admin, pool.uuid)
