"""Rounds over simulated hosts: what is found twice leads to a job or an alert, and nothing else is touched."""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.core.errors import NotPermitted
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import (
    add_guest,
    change_guest_nic,
    delete_guest,
    drop_guest_nic,
    open_guard,
    set_guest_power,
    set_reachable,
)
from cloudportal.events import meters
from cloudportal.events.models import Alert
from cloudportal.jobs.models import Job
from compute import queries, states
from compute.models import Instance
from compute.reconcile import rounds
from compute.reconcile.decisions import Reaction
from compute.services import drift, instances
from compute.topology.connections import compute_driver
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories_compute import fresh, guests_of, stopped
from tests.support.jobs import run_job, run_jobs
from tests.support.scenarios_compute import leave_behind, tamper_with_parts

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_transaction_while_a_driver_is_called"),
]


def place(host):
    return host.settings["place"]


def kinds(found):
    return [one.drift["kind"] for one in found]


def test_a_round_over_a_sound_cloud_changes_nothing(instance, compare, cloud):
    report = compare(3)
    assert (report.hosts, report.instances, report.reactions) == (2, 1, {Reaction.NOTHING: 1})
    assert fresh(instance).drift == {}
    assert not Alert.objects.exists()


def test_what_the_driver_said_is_kept_with_its_time(instance, compare, cloud):
    set_guest_power(cloud.world, instance.uuid, "paused")
    before = clock.now()
    compare()
    instance = fresh(instance)
    assert instance.power == "paused"
    assert instance.power_seen_at >= before


def test_one_look_is_not_enough(instance, compare, cloud, root):
    delete_guest(cloud.world, instance.uuid)
    compare()
    assert not Alert.objects.exists()
    assert not queries.drifting_for(root).exists()
    assert fresh(instance).drift["times"] == 1


def test_a_guest_that_switched_itself_off_is_stopped(instance, compare, cloud):
    set_guest_power(cloud.world, instance.uuid, "off")
    compare(2)
    job = Job.objects.get(kind="instance.stop")
    assert job.caller["user_name"] != ""
    assert "switched off" in job.lines.first().sentence
    run_jobs()
    assert fresh(instance).state == states.STOPPED
    assert not meters.is_running(meters.RUNNING_INSTANCE, instance.uuid)
    compare(2)
    world_equals_rows(cloud)


def test_a_guest_that_vanished_needs_a_person(instance, compare, cloud, root):
    delete_guest(cloud.world, instance.uuid)
    compare(2)
    assert kinds(queries.drifting_for(root)) == ["gone"]
    assert instance.name in Alert.objects.get().sentence
    assert fresh(instance).state == states.RUNNING
    compare(3)
    assert Alert.objects.count() == 1


def test_a_finding_that_is_over_is_cleared_with_its_alert(instance, compare, cloud, root):
    set_guest_power(cloud.world, instance.uuid, "paused")
    compare(2)
    set_guest_power(cloud.world, instance.uuid, "on")
    compare()
    assert fresh(instance).drift == {}
    assert Alert.objects.get().cleared_at
    assert not queries.drifting_for(root).exists()


def test_a_guest_whose_disks_and_nics_were_changed_needs_a_person(instance, compare, cloud, root):
    tamper_with_parts(cloud, instance)
    compare(2)
    (found,) = queries.drifting_for(root)
    assert found.drift["kind"] == "changed"
    missing, added = found.drift["details"]
    assert missing == f"the disk root of {instance.name} is missing"
    assert added.startswith("the NIC 52:54:00:00:00:99 on ")
    assert missing in Alert.objects.get().sentence
    drop_guest_nic(cloud.world, instance.uuid, instance.nics.all()[0].mac)
    compare()
    assert not queries.drifting_for(root).exists()
    assert fresh(instance).drift["times"] == 1


def test_a_pulled_cable_and_a_guard_that_was_taken_off_are_found_and_put_back(instance, compare, cloud, root):
    (nic,) = instance.nics.all()
    told = f"the NIC {nic.mac} on {nic.network.name}: its"
    open_guard(cloud.world, nic.uuid)
    compare(2)
    assert fresh(instance).drift["details"] == [f"{told} guard lets other things through"]
    change_guest_nic(cloud.world, instance.uuid, nic.mac, is_linked=False, guard="")
    compare(2)
    (found,) = queries.drifting_for(root)
    assert found.drift["details"] == [f"{told} cable is out", f"{told} guard is missing"]
    assert run_job(drift.repair(root, found)).state == "done"
    compare()
    assert not queries.drifting_for(root).exists()
    (seen,) = guests_of(cloud)[instance.uuid][1].nics
    assert (seen.is_linked, seen.guard) == (True, str(nic.uuid))


def test_strangers_guests_are_never_touched(instance, compare, cloud):
    stranger = add_guest(cloud.world, place(cloud.host), "stranger")
    compare(4)
    run_jobs()
    assert stranger in guests_of(cloud)
    assert not Alert.objects.exists()


def test_what_was_left_behind_switched_off_is_removed(cloud, tenant, compare):
    instance = stopped(cloud, tenant)
    leave_behind(cloud.host, instance)
    compare(2)
    run_jobs()
    assert guests_of(cloud) == {}
    assert fresh(instance).drift == {}
    world_equals_rows(cloud)


def test_what_runs_though_it_is_stopped_is_not_removed_unasked(cloud, tenant, compare, root):
    instance = stopped(cloud, tenant)
    leave_behind(cloud.host, instance)
    set_guest_power(cloud.world, instance.uuid, "on")
    compare(3)
    run_jobs()
    assert kinds(queries.drifting_for(root)) == ["running"]
    assert instance.uuid in guests_of(cloud)


def test_a_silent_host_makes_its_instances_unknown_and_stops_none(instance, compare, cloud, root):
    set_reachable(cloud.world, place(instance.host), False)
    instance.host.state = "unreachable"
    instance.host.save()
    seen_at = fresh(instance).power_seen_at
    compare(2)
    found = fresh(instance)
    assert (found.state, found.power, found.power_seen_at) == (states.RUNNING, "unknown", seen_at)
    assert kinds(queries.drifting_for(root)) == ["silent"]
    set_reachable(cloud.world, place(instance.host), True)
    compare()
    assert fresh(instance).drift == {}


def test_a_host_that_misses_one_round_proves_nothing(instance, compare, cloud):
    set_reachable(cloud.world, place(instance.host), False)
    compare(3)
    assert fresh(instance).drift == {}


def test_a_finding_is_not_over_because_its_host_misses_a_round(instance, compare, cloud):
    delete_guest(cloud.world, instance.uuid)
    compare(2)
    set_reachable(cloud.world, place(instance.host), False)
    compare()
    assert fresh(instance).drift["kind"] == "gone"


def test_what_a_job_has_is_skipped(instance, compare, cloud, tenant):
    instances.stop(tenant, instance)
    delete_guest(cloud.world, instance.uuid)
    compare(3)
    assert fresh(instance).drift == {}


def test_what_a_job_finished_while_we_looked_is_skipped(instance, root, cloud, tenant, monkeypatch):
    look = rounds.sightings.look

    def look_while_it_stops(hosts):
        seen = look(hosts)
        instances.stop(tenant, fresh(instance))
        run_jobs()
        return seen

    monkeypatch.setattr(rounds.sightings, "look", look_while_it_stops)
    report = rounds.compare_hosts(root, cloud.hosts)
    assert report.instances == 0
    assert fresh(instance).drift == {}


def test_a_stop_that_begins_while_we_decide_makes_the_finding_an_old_one(instance, cloud, root, monkeypatch):
    delete_guest(cloud.world, instance.uuid)
    monkeypatch.setattr(rounds, "_busy", lambda since: set())
    decide = rounds.decide

    def decide_late(*arguments, **options):
        Instance.objects.update(state=states.STOPPING)
        return decide(*arguments, **options)

    monkeypatch.setattr(rounds, "decide", decide_late)
    report = rounds.compare_hosts(root, cloud.hosts)
    assert report.reactions == {Reaction.NOTHING: 1}


def test_an_instance_whose_job_is_lost_is_found_stuck(instance, compare, root):
    Instance.objects.update(state=states.STOPPING)
    compare(2)
    assert kinds(queries.drifting_for(root)) == ["stuck"]


def test_a_driver_that_fails_in_one_place_does_not_hide_the_others(instance, compare, cloud):
    away = cloud.hosts[1]
    cloud.world.inject(
        Fault(operation="list_guests", kind=FaultKind.FAIL, error="refused", place=place(away), count=None)
    )
    assert compare().hosts == 1


def test_an_instance_on_two_hosts_is_an_alert(instance, compare, cloud, root, monkeypatch):
    home, away = cloud.hosts
    with compute_driver(home) as driver:
        both = driver.list_guests()
    monkeypatch.setattr(rounds.sightings, "_ask", lambda driver: (both, {}))
    compare(2)
    (found,) = queries.drifting_for(root)
    assert (found.drift["kind"], found.drift["host_name"]) == ("twice", away.name)


def test_tenants_do_not_compare(tenant, cloud):
    with pytest.raises(NotPermitted):
        rounds.compare_hosts(tenant, cloud.hosts)


def test_the_number_of_queries_does_not_grow_with_sound_instances(
    instance, compare, cloud, tenant, django_assert_max_num_queries
):
    with django_assert_max_num_queries(13):
        compare()
    for _ in range(3):
        stopped(cloud, tenant)
    with django_assert_max_num_queries(13):
        compare()


def test_old_jobs_do_not_make_an_instance_busy(instance, compare):
    Job.objects.update(ended_at=clock.now() - timedelta(seconds=1))
    assert compare().instances == 1


def test_a_round_over_one_host_leaves_what_was_found_on_others(instance, compare, cloud, root):
    delete_guest(cloud.world, instance.uuid)
    compare(2)
    other = next(host for host in cloud.hosts if host != instance.host)
    report = rounds.compare_hosts(root, [other])
    assert report.instances == 0
    assert kinds(queries.drifting_for(root)) == ["gone"]
    assert Alert.objects.exists()


def test_a_guest_on_two_hosts_is_not_taken_to_be_on_the_one_that_was_asked(
    instance, compare, cloud, root, monkeypatch
):
    with compute_driver(instance.host) as driver:
        both = driver.list_guests()
    monkeypatch.setattr(rounds.sightings, "_ask", lambda driver: (both, {}))
    compare(2)
    assert kinds(queries.drifting_for(root)) == ["twice"]
    rounds.compare_hosts(root, [cloud.hosts[1]])
    assert kinds(queries.drifting_for(root)) == ["twice"]
