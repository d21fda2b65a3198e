"""Starting where a stop or a start that came half-way has left a guest and a claim: there, or elsewhere and clean."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import NoRoom, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import delete_guest, set_reachable
from cloudportal.jobs import runner
from compute import queries, states
from compute.models import AffinityGroup, Instance
from compute.services import drift, instances
from compute.topology.models import Host
from tests.faults.killing import recover, run_and_die
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_account
from tests.support.factories_compute import (
    deployed,
    fresh,
    guests_of,
    make_cloud,
    make_dedication,
    stopped,
    submit_deployment,
)
from tests.support.jobs import run_job, run_jobs

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_transaction_while_a_driver_is_called"),
]


def refuse(cloud, operation, error="refused"):
    cloud.world.inject(Fault(operation=operation, kind=FaultKind.FAIL, error=error, count=None))


@pytest.fixture
def half_stopped(cloud, tenant):
    """An instance that is stopped, and whose guest could not be removed from the first host."""
    return stopped_half_way(cloud, tenant)


def stopped_half_way(cloud, tenant):
    instance = deployed(cloud, tenant)
    refuse(cloud, "remove_guest")
    assert run_job(instances.stop(tenant, instance)).state == "failed"
    cloud.world.clear_faults()
    instance = fresh(instance)
    assert (instance.state, instance.host, instance.uuid in guests_of(cloud)) == (
        states.STOPPED,
        cloud.host,
        True,
    )
    return instance


def maintain(cloud):
    Host.objects.filter(pk=cloud.host.pk).update(state="maintenance")


def dedicate(cloud):
    make_dedication(make_account(), host=cloud.host)


def ask_for_tags(cloud):
    cloud.offering.host_tags = ["ssd"]
    cloud.offering.save()
    Host.objects.filter(pk=cloud.hosts[1].pk).update(tags=["ssd"])


def test_it_goes_to_the_chosen_host_and_leaves_nothing_where_it_was(cloud, root, half_stopped):
    job = run_job(instances.start(root, half_stopped, host=cloud.hosts[1].uuid))
    assert (job.state, fresh(half_stopped).host) == ("done", cloud.hosts[1])
    world_equals_rows(cloud)


def test_it_starts_where_it_is_also_when_that_host_is_the_chosen_one(cloud, root, half_stopped):
    assert run_job(instances.start(root, half_stopped, host=cloud.host.uuid)).state == "done"
    assert fresh(half_stopped).host == cloud.host
    world_equals_rows(cloud)


@pytest.mark.parametrize("change", [maintain, dedicate, ask_for_tags])
def test_it_leaves_a_host_that_may_not_have_it_any_more(cloud, tenant, half_stopped, change):
    change(cloud)
    job = run_job(instances.start(tenant, fresh(half_stopped)))
    assert (job.state, fresh(half_stopped).host) == ("done", cloud.hosts[1])
    assert cloud.host.name in job.lines.filter(for_operators=True).earliest("id").sentence
    world_equals_rows(cloud)


def test_it_leaves_the_host_of_those_from_which_it_is_to_be_apart_since(cloud, tenant, root, half_stopped):
    other = stopped(cloud, tenant)
    assert run_job(instances.start(root, other, host=cloud.host.uuid)).state == "done"
    apart = AffinityGroup.objects.create(account=other.account, name="apart", kind=AffinityGroup.APART)
    fresh(other).affinity_groups.add(apart)
    instances.change_groups(tenant, half_stopped, [apart.uuid])
    assert run_job(instances.start(tenant, fresh(half_stopped))).state == "done"
    assert (fresh(other).host, fresh(half_stopped).host) == (cloud.host, cloud.hosts[1])
    world_equals_rows(cloud)


def test_in_a_full_zone_it_has_its_room(tenant, root):
    cloud = make_cloud(host={"cpus": 1})
    instance = stopped_half_way(cloud, tenant)
    plan = plans.planned(lambda: instances.start(root, fresh(instance)))
    assert f"It has its place on the host {cloud.host.name}." in [one["sentence"] for one in plan.effects]
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    world_equals_rows(cloud)


def test_a_host_that_cannot_be_left_keeps_the_claim(cloud, tenant, half_stopped):
    maintain(cloud)
    refuse(cloud, "remove_guest")
    assert run_job(instances.start(tenant, half_stopped)).state == "failed"
    cloud.world.clear_faults()
    assert (fresh(half_stopped).state, fresh(half_stopped).host) == (states.STOPPED, cloud.host)
    assert run_job(instances.start(tenant, fresh(half_stopped))).state == "done"
    assert fresh(half_stopped).host == cloud.hosts[1]
    world_equals_rows(cloud)


def test_what_a_failed_deployment_left_is_left_too_when_it_is_tried_again(cloud, tenant):
    refuse(cloud, "set_power")
    refuse(cloud, "remove_guest", "unreachable")
    instance, job = submit_deployment(cloud, tenant)
    run_job(job)
    cloud.world.clear_faults()
    assert fresh(instance).host == cloud.host
    maintain(cloud)
    assert run_job(instances.retry(tenant, fresh(instance))).state == "done"
    assert fresh(instance).host == cloud.hosts[1]
    world_equals_rows(cloud)


def test_a_claim_of_the_jobs_own_is_not_asked_again(cloud, tenant):
    instance, job = submit_deployment(cloud, tenant)
    run_and_die(job, death=("claim-host", runner.AFTER_EFFECT, "forwards"))
    dedicate(cloud)
    recover(job)
    assert (job.state, fresh(instance).host) == ("done", cloud.host)
    world_equals_rows(cloud)


def answer(cloud, does):
    set_reachable(cloud.world, cloud.host.settings["place"], does)
    Host.objects.filter(pk=cloud.host.pk).update(state="up" if does else "unreachable")


@pytest.fixture
def on_a_dead_host(cloud, half_stopped, compare):
    """The same, and the host does not answer any more, which is found."""
    answer(cloud, False)
    compare(2)
    return fresh(half_stopped)


def test_one_whose_host_is_gone_does_not_start_and_says_why(cloud, tenant, root, on_a_dead_host):
    with pytest.raises(NoRoom, match="Its last host does not answer") as refusal:
        instances.start(tenant, on_a_dead_host)
    assert cloud.host.name not in refusal.value.detail
    with pytest.raises(NoRoom, match=f"Its last host {cloud.host.name} does not answer"):
        instances.start(root, fresh(on_a_dead_host), host=cloud.hosts[1].uuid)
    assert fresh(on_a_dead_host).state == states.STOPPED


def test_one_whose_host_is_gone_is_freed_of_it_by_a_person(cloud, tenant, root, on_a_dead_host, compare):
    (found,) = queries.drifting_for(root)
    told = found.drift["sentence"]
    assert (found.drift["kind"], "is stopped, and a part of it may still be on" in told) == ("silent", True)
    assert drift.accept(root, found) is None
    instance = fresh(on_a_dead_host)
    assert (instance.state, instance.host, instance.drift) == (states.STOPPED, None, {})
    assert Host.objects.get(pk=cloud.host.pk).claimed_cpus == 0
    # Two hosts of one simulated world never have the same guest: what is on the dead one went with its disk.
    delete_guest(cloud.world, instance.uuid)
    assert run_job(instances.start(tenant, instance)).state == "done"
    assert fresh(instance).host == cloud.hosts[1]
    answer(cloud, True)
    compare(2)
    assert fresh(instance).drift == {}
    world_equals_rows(cloud)


def test_a_finding_about_one_host_gives_no_claim_back_on_another(cloud, root, on_a_dead_host):
    Instance.objects.filter(pk=on_a_dead_host.pk).update(host=cloud.hosts[1])
    with pytest.raises(WrongState, match="on another host by now"):
        drift.accept(root, fresh(on_a_dead_host))
    assert fresh(on_a_dead_host).host == cloud.hosts[1]


def test_what_was_left_on_a_host_that_was_given_up_is_removed_when_that_comes_back(
    cloud, root, on_a_dead_host, compare
):
    drift.accept(root, on_a_dead_host)
    answer(cloud, True)
    compare(2)
    assert fresh(on_a_dead_host).drift["kind"] == "leftover"
    run_jobs()
    assert (guests_of(cloud), fresh(on_a_dead_host).host) == ({}, None)
    world_equals_rows(cloud)


def test_a_host_that_answers_again_is_started_on_as_before(cloud, tenant, on_a_dead_host, compare):
    answer(cloud, True)
    compare()
    assert fresh(on_a_dead_host).drift == {}
    assert run_job(instances.start(tenant, fresh(on_a_dead_host))).state == "done"
    assert fresh(on_a_dead_host).host == cloud.host
    world_equals_rows(cloud)
