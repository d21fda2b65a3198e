"""Pools that several hosts mount from an NFS server: what operators may say of them, and which hosts they reach."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.errors import NotThere
from cloudportal.jobs.models import JobLine
from compute.topology.models import Host
from storage import abilities, housekeeping
from storage.connections import hosts_of, prepare_pool, reaches, reaching, storage_driver
from storage.models import Pool, Volume
from storage.services import pools
from tenants.models import Account
from tests.support.factories import caller, make_root_admin
from tests.support.factories_infra import GIB, make_cluster, make_host, new_place
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db

SHARE = {"server": "nas1.example.org", "export": "/export/primary"}


@pytest.fixture
def root():
    return caller(make_root_admin())


@pytest.fixture
def cluster():
    return make_cluster(driver="kvm")


def add(root, cluster, **changes):
    values = {
        "name": "nas",
        "driver": "libvirt-nfs",
        "settings": SHARE,
        "zone_uuid": cluster.pod.zone.uuid,
        **changes,
    }
    pool, _ = pools.add(root, pools.PoolValues(**values))
    return pool


def host_in(cluster, **values):
    kvm = {"driver": "kvm", "settings": {"uri": "qemu+tls://kvm1/system"}, "state": "up"}
    return Host.objects.create(cluster=cluster, **{"name": f"h{Host.objects.count()}", **kvm, **values})


def test_a_share_is_mounted_hard_unless_it_is_said(root, cluster):
    assert add(root, cluster).settings == {**SHARE, "options": "hard"}


@pytest.mark.parametrize(
    "wrong",
    [{"server": "-o"}, {"export": "/a/../b"}, {"options": "suid"}, {"server": ""}, {"uri": "qemu:///system"}],
)
def test_what_could_mean_something_else_to_a_host_is_refused_by_its_field(root, cluster, wrong):
    with pytest.raises(InvalidInput) as refusal:
        add(root, cluster, settings={**SHARE, **wrong})
    assert set(refusal.value.fields) == {f"settings.{name}" for name in wrong}
    assert not Pool.objects.exists()


def test_hosts_that_cannot_mount_it_are_no_place_for_it(root):
    simulated = make_host()
    for place in ({"host_uuid": simulated.uuid}, {"cluster_uuid": simulated.cluster.uuid}):
        with pytest.raises(InvalidInput) as refusal:
            add(root, simulated.cluster, **place)
        assert "driver" in refusal.value.fields


def test_every_host_of_its_reach_that_can_mount_it_has_it(root, cluster):
    pool = add(root, cluster)
    near, far = host_in(cluster), host_in(make_cluster(cluster.pod, driver="kvm"))
    strange = host_in(cluster, driver="simulator", settings={})
    host_in(cluster, state="unreachable")
    assert list(hosts_of(pool)) == [near, far]
    assert not reaches(strange, pool)
    pool.cluster = cluster
    assert (list(hosts_of(pool)), reaches(far, pool)) == ([near], False)


def test_the_hosts_that_reach_several_pools_are_those_that_reach_each(root, cluster):
    hosts = [
        host_in(cluster),
        host_in(cluster),
        host_in(make_cluster(cluster.pod, driver="kvm")),
        make_host(),
    ]
    zoned, of_cluster, of_host = (add(root, cluster, name=name) for name in ("nas1", "nas2", "nas3"))
    of_cluster.cluster = cluster
    of_host.host = hosts[1]
    for asked in ((zoned,), (of_cluster,), (of_host,), (zoned, of_cluster), (zoned, of_cluster, of_host)):
        reached = [one for one in hosts if all(reaches(one, pool) for pool in asked)]
        assert reached and list(reaching(*asked)) == reached


def test_its_driver_is_told_the_address_of_the_host(root, cluster):
    host = host_in(cluster)
    with storage_driver(add(root, cluster), host=host) as driver:
        assert driver.text("uri") == host.settings["uri"]


def test_it_moves_only_while_it_is_disabled(root, cluster):
    pool = add(root, cluster)
    elsewhere = pools.PoolChanges(settings={"server": "nas2.example.org"})
    Pool.objects.update(state="up")
    pool.refresh_from_db()
    with pytest.raises(InvalidInput) as refusal:
        pools.update(root, pool, elsewhere)
    assert set(refusal.value.fields) == {"settings.server"}
    pools.update(root, pool, pools.PoolChanges(settings={"options": "hard,nfsvers=4.2"}))
    pools.disable(root, pool)
    account = Account.objects.get(name="admin")
    Volume.objects.create(account=account, zone=pool.zone, pool=pool, name="v", size_bytes=GIB)
    plan = plans.planned(lambda: pools.update(root, pool, elsewhere))
    assert "stay" in [effect["kind"] for effect in plan.effects]


def connect(root, zone):
    settings = {"place": new_place(), "capacity_gib": 3}
    values = pools.PoolValues(zone_uuid=zone.uuid, name="through", driver="simulator", settings=settings)
    pool, job = pools.add(root, values)
    run_job(job)
    pool.refresh_from_db()
    return pool, job


def test_a_pool_comes_up_when_one_of_its_hosts_can_use_it_and_tells_of_the_others(root, settings):
    settings.JOB_STEP_TRIES = 1
    sick = make_host(settings={"place": new_place(), "world": "/nowhere/world.sqlite3"})
    pool, job = connect(root, sick.cluster.pod.zone)
    assert (pool.state, "reconnect" in pool.reason) == ("disabled", True)
    make_host(sick.cluster)
    run_job(pools.reconnect(root, pool))
    pool.refresh_from_db()
    assert (pool.state, pool.capacity_bytes) == ("up", 3 * GIB)
    lines = JobLine.objects.exclude(job=job).filter(level="warning", for_operators=True)
    assert [line.sentence.startswith(f"{sick.name}: ") for line in lines] == [True]


def test_a_pool_is_made_known_to_the_host_that_a_guest_comes_to():
    host = make_host()
    settings = {"place": new_place(), "capacity_gib": 3}
    zone = host.cluster.pod.zone
    pool = Pool.objects.create(zone=zone, name="new", driver="simulator", settings=settings, state="up")
    with storage_driver(pool, host=host) as driver:
        with pytest.raises(NotThere):
            driver.pool_facts()
        prepare_pool(pool, host)
        assert driver.pool_facts().uuid == pool.uuid


def test_a_pool_is_watched_through_a_host_that_is_new_to_it():
    host, settings = make_host(), {"place": new_place(), "capacity_gib": 3}
    values = {"driver": "simulator", "settings": settings, "state": "up", "zone": host.cluster.pod.zone}
    pools_ = [
        Pool.objects.create(name="of-all", **values),
        Pool.objects.create(
            name="of-one", host=host, **{**values, "settings": {**settings, "place": new_place()}}
        ),
    ]
    assert housekeeping.watch() == 1
    assert [Pool.objects.get(pk=pool.pk).silent_rounds for pool in pools_] == [0, 1]


def test_a_pool_that_hangs_its_hosts_is_asked_less_often():
    host, settings = make_host(), {"place": new_place(), "capacity_gib": 3}
    zone = host.cluster.pod.zone
    pool = Pool.objects.create(zone=zone, name="nas", driver="simulator", settings=settings, state="up")
    for rounds, answered, after in ((4, 0, 5), (9, 0, 10), (10, 1, 0)):
        Pool.objects.filter(pk=pool.pk).update(silent_rounds=rounds)
        assert (housekeeping.watch(), Pool.objects.get(pk=pool.pk).silent_rounds) == (answered, after)


def test_volumes_go_between_shares_and_directories_and_to_no_strange_pool():
    share, directory, strange = (Pool(driver=one) for one in ("libvirt-nfs", "libvirt-pool", "simulator"))
    assert abilities.are_kin(share, directory)
    assert not abilities.are_kin(share, strange)
