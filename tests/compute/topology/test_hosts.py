import pytest
from django.apps import apps

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, NotPermitted, WrongState
from cloudportal.drivers import registry
from cloudportal.drivers.errors import Unreachable
from cloudportal.drivers.settings import Setting
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import set_reachable
from cloudportal.events.models import Alert, Event
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Hold, Job
from compute.drivers.simulator import SimulatedCompute
from compute.topology import departures
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.topology.services import hosts
from tests.support.factories import make_personas
from tests.support.factories_infra import make_cluster, make_host, make_pool, new_place, place_settings, world
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def root(people):
    return people.root_admin


@pytest.fixture
def one_try(settings):
    settings.JOB_STEP_TRIES = 1


def values(place, **more):
    return hosts.HostValues(
        **{"cluster_uuid": make_cluster().uuid, "name": place, "settings": place_settings(place), **more}
    )


def added(root, place, **more):
    host, job = hosts.add(root, values(place, **more))
    run_job(job)
    host.refresh_from_db()
    return host, job


def test_an_added_host_is_asked_what_it_is_and_comes_up(root):
    host, job = added(root, new_place(), tags=("ssd", "ssd", "gpu"), reserved_memory_mib=512)
    assert (job.state, host.state) == ("done", "up")
    assert (host.cpus, host.memory_mib, host.tags) == (16, 65536, ["gpu", "ssd"])
    assert host.facts["hypervisor"]
    assert host.last_seen_at is not None
    assert Event.objects.filter(type="HOST.CREATE", subject_uuid=host.uuid).exists()


def test_a_host_that_does_not_answer_is_unreachable_with_what_to_do(root, one_try):
    place = new_place()
    set_reachable(world(), place, False)
    host, job = added(root, place)
    assert (job.state, host.state) == ("failed", "unreachable")
    assert "reconnect" in host.reason
    assert Hold.objects.count() == 0


def test_a_host_that_refuses_us_is_unreachable_at_the_first_try(root):
    place = new_place()
    world().inject(Fault(operation="check", kind=FaultKind.FAIL, error="wrong-credentials", place=place))
    host, job = added(root, place)
    assert host.state == "unreachable"
    assert "credentials" in host.reason
    assert job.message_code == "wrong-credentials"


def test_a_reconnected_host_comes_up(root, one_try):
    place = new_place()
    set_reachable(world(), place, False)
    host, _ = added(root, place)
    set_reachable(world(), place, True)
    run_job(hosts.reconnect(root, host))
    host.refresh_from_db()
    assert (host.state, host.reason) == ("up", "")


def test_a_lost_answer_is_asked_for_again(root):
    place = new_place()
    world().inject(Fault(operation="host_facts", kind=FaultKind.HANG, place=place))
    host, job = added(root, place)
    assert (host.state, job.state) == ("up", "done")


def test_one_machine_is_not_added_twice(root):
    place = new_place()
    first, _ = added(root, place)
    second, job = added(root, place)
    assert (first.state, second.state) == ("up", "unreachable")
    assert first.name in job.message


def test_wrong_settings_are_named_before_anything_is_made(root):
    with pytest.raises(InvalidInput) as refusal:
        hosts.add(root, values("x", settings={"world": "not/absolute"}))
    assert set(refusal.value.fields) == {"settings.world", "settings.place"}
    assert not Host.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("who", ["read_only_admin", "domain_admin", "user"])
def test_only_root_admins_add_hosts(people, who):
    with pytest.raises(NotPermitted):
        hosts.add(getattr(people, who), values("x"))


def test_a_name_is_taken_once_in_a_cluster(root):
    host = make_host()
    with pytest.raises(Conflict):
        hosts.add(root, values("x", cluster_uuid=host.cluster.uuid, name=host.name))


def test_an_edit_keeps_the_settings_that_are_not_named(root):
    host = make_host()
    before = dict(host.settings)
    hosts.update(root, host, hosts.HostChanges(settings={"cpus": 8}, tags=("x",)))
    host.refresh_from_db()
    assert host.settings == {**before, "cpus": 8}
    assert host.tags == ["x"]


@pytest.mark.parametrize("memory_mib", [-1, -4096])
def test_less_than_nothing_cannot_be_reserved(root, memory_mib):
    with pytest.raises(InvalidInput):
        hosts.update(root, make_host(), hosts.HostChanges(reserved_memory_mib=memory_mib))


def test_hosts_are_taken_out_of_use_and_back(root):
    host = make_host()
    hosts.disable(root, host)
    hosts.enable(root, host)
    hosts.maintain(root, host)
    with pytest.raises(WrongState):
        hosts.disable(root, host)
    hosts.enable(root, host)
    assert Host.objects.get(pk=host.pk).state == "up"
    assert set(Event.objects.values_list("type", flat=True)) == {
        "HOST.DISABLE",
        "HOST.ENABLE",
        "MAINT.PREPARE",
        "MAINT.CANCEL",
    }


def test_the_plan_of_maintenance_shows_what_stays(root):
    host = make_host()
    pool = make_pool(host.cluster.pod.zone, host=host)
    plan = plans.planned(lambda: hosts.maintain(root, host))
    assert any(one["kind"] == "stay" and pool.name in one["sentence"] for one in plan.effects)
    assert Host.objects.get(pk=host.pk).state == "up"


def test_an_empty_host_is_removed(root):
    host = make_host(state="disabled")
    job = run_job(hosts.remove(root, host))
    assert job.state == "done"
    assert not Host.objects.exists()
    assert Event.objects.filter(type="HOST.DELETE", subject_uuid=host.uuid).exists()


def test_a_host_in_use_is_not_removed(root):
    host = make_host(state="disabled")
    make_pool(host.cluster.pod.zone, host=host)
    with pytest.raises(Conflict):
        hosts.remove(root, host)


def test_a_host_that_came_into_use_since_is_not_removed_after_all(root):
    host = make_host(state="disabled")
    job = run_job(jobs.abort(root, hosts.remove(root, host)))
    make_pool(host.cluster.pod.zone, host=host)
    with pytest.raises(Conflict):
        jobs.retry(root, job)
    host.refresh_from_db()
    assert host.state == "disabled"


def test_a_host_that_is_up_is_not_removed(root):
    with pytest.raises(WrongState):
        hosts.remove(root, make_host())


def test_something_put_on_a_host_meanwhile_keeps_it(root):
    host = make_host(state="disabled")
    job = hosts.remove(root, host)
    make_pool(host.cluster.pod.zone, host=host)
    run_job(job)
    host.refresh_from_db()
    assert (job.state, host.state) == ("failed", "disabled")


def test_rooms_clear_up_before_a_host_leaves(root, monkeypatch):
    cleared = []
    monkeypatch.setitem(departures._registered, "x", departures.Clearing("x", cleared.append))
    host = make_host(state="disabled")
    run_job(hosts.remove(root, host))
    assert [one.uuid for one in cleared] == [host.uuid]


def test_disabling_a_silent_host_clears_its_alert(root):
    host = make_host(state="unreachable")
    Alert.objects.create(code="host-unreachable", open_key=f"host-unreachable|host:{host.uuid}", sentence="x")
    hosts.disable(root, host)
    assert not Alert.objects.get().is_open


def unreachable_clearing(host):
    raise Unreachable(detail=host.name)


def test_a_dead_host_is_let_go_with_what_is_on_it(root, monkeypatch):
    clearing = departures.Clearing("networks", unreachable_clearing)
    monkeypatch.setattr(departures, "_registered", {"networks": clearing})
    job = run_job(hosts.remove(root, make_host(state="unreachable")))
    assert job.state == "done"
    assert job.lines.filter(sentence__contains="stay behind").exists()
    assert not Host.objects.exists()


def test_a_host_that_dies_while_it_is_cleared_is_kept_and_removed_later(root, monkeypatch, settings):
    settings.JOB_STEP_TRIES = 1
    clearing = departures.Clearing("networks", unreachable_clearing)
    monkeypatch.setattr(departures, "_registered", {"networks": clearing})
    host = make_host(state="disabled")
    job = run_job(hosts.remove(root, host))
    host.refresh_from_db()
    assert (job.state, host.state) == ("failed", "disabled")
    monkeypatch.setattr(departures, "_registered", {})
    assert run_job(jobs.retry(root, job)).state == "done"
    assert not Host.objects.exists()


def test_a_failed_connection_can_be_tried_again(root, one_try):
    place = new_place()
    set_reachable(world(), place, False)
    host, job = added(root, place)
    set_reachable(world(), place, True)
    run_job(jobs.retry(root, job))
    host.refresh_from_db()
    assert host.state == "up"


class Secretive(SimulatedCompute):
    name = "secretive"
    settings = (
        *SimulatedCompute.settings,
        Setting(name="password", label="Password", kind="secret", scope="host", help="Which.", secret=True),
    )


def everything_written():
    """All that the database holds of our tables, as text."""
    rows = [list(model._base_manager.values()) for model in apps.get_models() if model._meta.managed]
    return str(rows)


def test_a_secret_is_nowhere_in_clear_and_still_opens_the_host(root, monkeypatch):
    monkeypatch.setitem(registry.DRIVERS["compute"], "secretive", f"{__name__}.Secretive")
    cluster = make_cluster(driver="secretive")
    secret = {**place_settings(new_place()), "password": "canary-one"}
    host, _ = added(root, "h", cluster_uuid=cluster.uuid, settings=secret)
    hosts.update(root, host, hosts.HostChanges(settings={"password": "canary-two"}))
    host.refresh_from_db()
    assert host.state == "up"
    assert compute_driver(host).text("password") == "canary-two"
    assert "canary" not in everything_written()
    assert Event.objects.get(type="HOST.EDIT").after["secrets"] == "********"
