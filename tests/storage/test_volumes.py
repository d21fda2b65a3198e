import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, LimitReached, NotFound, NotPermitted, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import set_reachable
from cloudportal.events.models import Event, MeterMark
from cloudportal.jobs import services as jobs
from storage import queries
from storage.models import Pool, Volume
from storage.services import volumes
from tenants.models import Counter
from tenants.resources import Resource
from tenants.services import limits_recount
from tests.support.factories import account_of, caller_for, make_account, make_personas
from tests.support.factories_infra import (
    GIB,
    MIB,
    make_disk_offering,
    make_host,
    make_pool,
    make_template,
    make_zone,
    world,
)
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def user(people):
    return people.user


@pytest.fixture
def zone():
    return make_zone()


@pytest.fixture
def pool(zone):
    return make_pool(zone)


def wish(zone, **more):
    values = {"zone_uuid": zone.uuid, "name": "data", "offering_uuid": None, **more}
    values["offering_uuid"] = values["offering_uuid"] or make_disk_offering().uuid
    return volumes.NewVolume(**values)


def made(caller, zone, **more):
    volume, job = volumes.create(caller, wish(zone, **more))
    run_job(job)
    volume.refresh_from_db()
    return volume, job


def used(caller):
    rows = Counter.objects.filter(level="account", owner_id=caller.owner.account_id)
    return {row.resource: row.used for row in rows if row.used}


def marks():
    return list(MeterMark.objects.order_by("id").values_list("meter", "starts"))


def effects(volume):
    return [one.operation for one in world().effects(subject=volume.uuid)]


def test_a_volume_is_made_on_a_pool_counted_and_metered(user, zone, pool):
    volume, job = made(user, zone)
    pool.refresh_from_db()
    assert (job.state, volume.state, volume.pool) == ("done", "ready", pool)
    assert volume.locator
    assert pool.claimed_bytes == 5 * GIB
    assert used(user) == {"volumes": 1, "primary_storage_gib": 5}
    assert marks() == [("volume", True)]
    stages = Event.objects.filter(type="VOLUME.CREATE").order_by("id").values_list("stage", flat=True)
    assert list(stages) == ["scheduled", "completed"]


def test_an_offering_may_leave_the_size_open(user, zone, pool):
    offering = make_disk_offering(size_gib=None)
    volume, _ = made(user, zone, offering_uuid=offering.uuid, size_gib=7)
    assert volume.size_bytes == 7 * GIB


@pytest.mark.parametrize(("offered", "asked"), [(None, None), (None, 0), (None, 10**6), (5, 6)])
def test_a_size_that_cannot_be_is_refused(user, zone, offered, asked):
    offering = make_disk_offering(size_gib=offered)
    with pytest.raises(InvalidInput) as refusal:
        volumes.create(user, wish(zone, offering_uuid=offering.uuid, size_gib=asked))
    assert "size_gib" in refusal.value.fields


def test_an_offerings_tags_choose_the_pool(user, zone, pool):
    fast = make_pool(zone, tags=["fast"])
    offering = make_disk_offering(tags=["fast"])
    volume, _ = made(user, zone, offering_uuid=offering.uuid)
    assert volume.pool == fast


def test_zones_and_offerings_in_arguments_are_the_callers_own(user, zone):
    hidden = make_zone(state="disabled")
    retired = make_disk_offering(is_active=False)
    with pytest.raises(NotFound):
        volumes.create(user, wish(hidden))
    with pytest.raises(NotFound):
        volumes.create(user, wish(zone, offering_uuid=retired.uuid))


def test_a_disabled_zone_takes_nothing_new_from_root_admins_either(people):
    with pytest.raises(WrongState):
        volumes.create(people.root_admin, wish(make_zone(state="disabled")))


def test_read_only_roles_create_nothing(people, zone):
    with pytest.raises(NotPermitted):
        volumes.create(people.read_only_admin, wish(zone))


def test_a_limit_binds_before_anything_is_made(zone):
    caller = caller_for(make_account(maxima={Resource.PRIMARY_STORAGE_GIB: 9}))
    volumes.create(caller, wish(zone))
    with pytest.raises(LimitReached):
        volumes.create(caller, wish(zone))
    assert Volume.objects.count() == 1


def test_a_full_pool_says_so_and_leaves_the_wish(user, zone, pool):
    Pool.objects.filter(pk=pool.pk).update(capacity_bytes=GIB)
    volume, job = made(user, zone)
    assert (job.state, job.message_code, volume.state) == ("failed", "no-room", "allocated")
    assert pool.name not in job.message + str(job.message_values)
    assert job.message_values["funnel"][-1] == {"check": "room", "left": 0}


def test_a_failed_making_leaves_nothing_but_the_wish(user, zone, pool):
    world().inject(
        Fault(operation="ensure_volume", kind=FaultKind.FAIL, error="refused", place=pool.settings["place"])
    )
    volume, job = made(user, zone)
    pool.refresh_from_db()
    assert (job.state, volume.state, volume.pool, pool.claimed_bytes) == ("failed", "allocated", None, 0)
    assert marks() == []


def test_a_failed_making_can_be_tried_again(people, user, zone, pool):
    world().inject(
        Fault(operation="ensure_volume", kind=FaultKind.FAIL, error="refused", place=pool.settings["place"])
    )
    volume, job = made(user, zone)
    again = run_job(jobs.retry(people.root_admin, job))
    volume.refresh_from_db()
    assert (again.state, volume.state) == ("done", "ready")


def test_a_wish_that_was_deleted_since_is_not_made(people, user, zone, pool):
    world().inject(
        Fault(operation="ensure_volume", kind=FaultKind.FAIL, error="refused", place=pool.settings["place"])
    )
    volume, job = made(user, zone)
    assert run_job(volumes.delete(user, volume)).state == "done"
    with pytest.raises(WrongState):
        jobs.retry(people.root_admin, job)


def test_a_lost_answer_makes_one_volume(user, zone, pool):
    world().inject(Fault(operation="ensure_volume", kind=FaultKind.LOSE_ANSWER, place=pool.settings["place"]))
    volume, job = made(user, zone)
    assert (job.state, volume.state) == ("done", "ready")
    assert effects(volume) == ["ensure_volume"]


def test_a_deleted_volume_frees_all_that_it_had(user, zone, pool):
    volume, _ = made(user, zone)
    job = run_job(volumes.delete(user, volume))
    volume.refresh_from_db()
    pool.refresh_from_db()
    assert (job.state, volume.state, volume.pool, volume.locator) == ("done", "deleted", None, "")
    assert volume.deleted_at is not None
    assert pool.claimed_bytes == 0
    assert used(user) == {}
    assert marks() == [("volume", True), ("volume", False)]
    assert effects(volume) == ["ensure_volume", "remove_volume"]


def test_a_wish_can_be_deleted(user, zone):
    volume, _ = made(user, zone)
    assert volume.state == "allocated"
    run_job(volumes.delete(user, volume))
    volume.refresh_from_db()
    assert volume.state == "deleted"
    assert used(user) == {}


def test_a_deletion_that_fails_keeps_the_volume_in_sight_and_can_be_repeated(user, zone, pool, settings):
    settings.JOB_STEP_TRIES = 1
    volume, _ = made(user, zone)
    set_reachable(world(), pool.settings["place"], False)
    run_job(volumes.delete(user, volume))
    volume.refresh_from_db()
    assert volume.state == "error"
    assert used(user)["volumes"] == 1
    set_reachable(world(), pool.settings["place"], True)
    run_job(volumes.delete(user, volume))
    volume.refresh_from_db()
    assert volume.state == "deleted"


def test_an_attached_volume_is_not_deleted(user, zone, pool):
    volume, _ = made(user, zone)
    Volume.objects.filter(pk=volume.pk).update(held_by=volume.uuid)
    volume.refresh_from_db()
    with pytest.raises(Conflict):
        volumes.delete(user, volume)


def test_a_volume_that_is_being_made_is_held(user, zone, pool):
    volume, _ = volumes.create(user, wish(zone))
    with pytest.raises(Conflict):
        volumes.delete(user, volume)


def test_renaming_records_before_and_after(user, zone, pool):
    volume, _ = made(user, zone)
    volumes.rename(user, volume, "photos")
    event = Event.objects.get(type="VOLUME.UPDATE")
    assert (event.before, event.after) == ({"name": "data"}, {"name": "photos"})


def test_a_stranger_sees_no_volume(people, zone, pool):
    volume, _ = made(people.user, zone)
    for who in (people.user, people.domain_admin, people.root_admin, people.read_only_admin):
        assert queries.volume_for(who, volume.uuid) == volume
    for who in (people.neighbour, people.other_domain_admin):
        with pytest.raises(NotFound):
            queries.volume_for(who, volume.uuid)


def test_deleted_volumes_are_not_listed(user, zone, pool):
    volume, _ = made(user, zone)
    run_job(volumes.delete(user, volume))
    assert not queries.volumes_for(user).exists()


def test_a_list_of_volumes_is_one_query(user, zone, pool, django_assert_num_queries):
    for _ in range(3):
        made(user, zone)
    with django_assert_num_queries(1):
        shown = [
            (one.account.domain.path, one.zone.name, one.pool.name, one.offering.name, one.template)
            for one in queries.volumes_for(user)
        ]
    assert len(shown) == 3


def test_a_plan_makes_nothing(user, zone, pool):
    plan = plans.planned(lambda: volumes.create(user, wish(zone)))
    assert {one["kind"] for one in plan.effects} == {"limit", "create"}
    assert not Volume.objects.exists()


def test_a_root_volume_is_at_least_as_large_as_its_template(user, zone):
    template = make_template(virtual_size_bytes=64 * MIB + 1)
    volume = volumes.allocate_root(user, zone, template, name="web-root")
    assert volume.size_bytes == 64 * MIB + 512
    assert (volume.kind, volume.state, volume.account) == ("root", "allocated", account_of(user))
    assert used(user) == {"volumes": 1, "primary_storage_gib": 1}
    with pytest.raises(InvalidInput):
        volumes.allocate_root(user, zone, template, name="x", size_bytes=64 * MIB)
    larger = volumes.allocate_root(user, zone, template, name="x", size_bytes=2 * GIB)
    assert larger.size_bytes == 2 * GIB


@pytest.mark.parametrize("state", ["fetching", "deleting", "deleted", "error"])
def test_nothing_starts_from_a_template_that_is_not_ready(user, zone, state):
    template = make_template(state=state)
    with pytest.raises(WrongState):
        volumes.allocate_root(user, zone, template, name="x")


def test_the_recount_agrees_after_all_that(user, zone, pool):
    made(user, zone)
    gone, _ = made(user, zone)
    run_job(volumes.delete(user, gone))
    volumes.allocate_root(user, zone, make_template(), name="x")
    assert limits_recount.find_drift([Resource.VOLUMES, Resource.PRIMARY_STORAGE_GIB]) == []


def test_a_volume_of_a_host_pool_goes_through_that_host(user, zone):
    host = make_host()
    pool = make_pool(host.cluster.pod.zone, host=host)
    volume, _ = made(user, host.cluster.pod.zone)
    assert volume.pool == pool


def test_a_deletion_that_failed_can_be_tried_again(people, user, zone, pool, settings):
    settings.JOB_STEP_TRIES = 1
    volume, _ = made(user, zone)
    world().inject(Fault(operation="remove_volume", kind=FaultKind.FAIL, place=pool.settings["place"]))
    job = run_job(volumes.delete(user, volume))
    assert job.state == "failed"
    assert run_job(jobs.retry(people.root_admin, job)).state == "done"


def test_a_template_that_goes_while_a_volume_is_promised_is_noticed(user, zone, monkeypatch):
    template = make_template()
    really = volumes._allocate

    def allocate(*args, **options):
        volume = really(*args, **options)
        template.state = "deleting"
        template.save()
        return volume

    monkeypatch.setattr(volumes, "_allocate", allocate)
    with pytest.raises(WrongState):
        volumes.allocate_root(user, zone, template, name="x")
    assert not Volume.objects.exists()
