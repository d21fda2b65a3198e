"""Deploying and starting on a host that a root admin chose: there or not at all, and nobody else may choose."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import InvalidInput, NoRoom, NotFound
from cloudportal.jobs.models import Job
from compute.services import instances
from compute.topology.models import Host
from tests.support.agreement_compute import world_equals_rows
from tests.support.clients import RestClient
from tests.support.factories import make_personas
from tests.support.factories_compute import (
    cluster_in,
    deploy_values,
    fresh,
    make_cloud,
    stopped,
    submit_deployment,
)
from tests.support.factories_infra import make_host, make_zone
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud():
    return make_cloud(hosts=3)


@pytest.fixture
def chosen(cloud):
    """The host that the order would try last."""
    return cloud.hosts[2]


def put(host, **values):
    Host.objects.filter(pk=host.pk).update(**values)


def test_a_deployment_goes_to_the_chosen_host(cloud, root, chosen):
    instance, job = submit_deployment(cloud, root, host=chosen.uuid)
    assert run_job(job).state == "done"
    assert fresh(instance).host == chosen
    assert "3 hosts → 1 after chosen host" in Job.objects.get().notes["funnel"]["sentence"]
    world_equals_rows(cloud)


def test_a_stopped_instance_of_a_tenant_starts_on_the_chosen_host(cloud, tenant, root, chosen):
    instance = stopped(cloud, tenant)
    assert instance.last_host == cloud.hosts[0]
    plan = plans.planned(lambda: instances.start(root, instance, host=chosen.uuid))
    assert f"on the host {chosen.name}" in plan.effects[-1]["sentence"]
    assert run_job(instances.start(root, fresh(instance), host=chosen.uuid)).state == "done"
    assert fresh(instance).host == chosen
    world_equals_rows(cloud)


def test_without_a_choice_nothing_is_said_of_one(cloud, tenant):
    run_job(submit_deployment(cloud, tenant)[1])
    assert "chosen host" not in str(Job.objects.get().notes["funnel"])


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"state": "maintenance"}, "is maintenance"),
        ({"claimed_cpus": 16}, "the best has 0"),
    ],
)
def test_why_the_chosen_host_does_not_do_is_said_in_a_sentence(cloud, tenant, root, chosen, values, why):
    instance = stopped(cloud, tenant)
    put(chosen, **values)
    with pytest.raises(NoRoom) as refusal:
        instances.start(root, instance, host=chosen.uuid)
    assert why in refusal.value.detail
    assert fresh(instance).state == "stopped"


def test_a_tag_that_the_chosen_host_lacks_is_the_reason(cloud, root, chosen):
    cloud.offering.host_tags = ["ssd"]
    cloud.offering.save()
    put(cloud.hosts[0], tags=["ssd"])
    with pytest.raises(NoRoom) as refusal:
        submit_deployment(cloud, root, host=chosen.uuid)
    assert "1 after chosen host → 0: needs the tags ssd" in refusal.value.detail


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_host_that_is_lost_meanwhile_fails_the_job_and_no_other_is_taken(
    cloud, tenant, root, chosen, is_gone
):
    instance = stopped(cloud, tenant)
    job = instances.start(root, instance, host=chosen.uuid)
    put(chosen, state="down")
    Host.objects.filter(pk=chosen.pk if is_gone else None).delete()
    closed = run_job(job)
    assert (closed.state, fresh(instance).state, fresh(instance).host) == ("failed", "stopped", None)
    # Tenants read this: it names no host.
    assert "host that was chosen" in closed.message
    assert chosen.name not in closed.message


@pytest.mark.parametrize("persona", ["user", "domain_admin", "neighbour"])
def test_nobody_else_may_choose_nor_learn_which_hosts_there_are(cloud, chosen, persona):
    caller = getattr(make_personas(), persona)
    for uuid in (chosen.uuid, cloud.zone.uuid):
        with pytest.raises(InvalidInput) as refusal:
            submit_deployment(cloud, caller, host=uuid)
        assert refusal.value.fields == {"host": ["Only root administrators choose the host. Leave it out."]}


def test_a_host_must_be_there_and_in_the_zone(cloud, tenant, root):
    instance = stopped(cloud, tenant)
    with pytest.raises(NotFound):
        instances.start(root, instance, host=cloud.zone.uuid)
    elsewhere = make_host(cluster_in(make_zone()))
    with pytest.raises(InvalidInput) as refusal:
        instances.start(root, fresh(instance), host=elsewhere.uuid)
    assert "host" in refusal.value.fields


def test_what_is_not_started_has_no_host_to_choose(cloud, root, chosen):
    with pytest.raises(InvalidInput) as refusal:
        instances.deploy(root, deploy_values(cloud, host=chosen.uuid), start=False)
    assert "host" in refusal.value.fields


def test_the_rest_door_takes_the_host_of_root_admins_alone(cloud, chosen):
    personas = make_personas()
    instance = stopped(cloud, personas.user)
    address, wanted = f"instances/{instance.uuid}/start/", {"host": str(chosen.uuid)}
    answer = RestClient(personas.user).post(address, wanted)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["host"])
    answer = RestClient(personas.root_admin).post(f"{address}?plan=1", wanted)
    assert chosen.name in answer.content.decode()
    assert RestClient(personas.root_admin).post(address, wanted).status_code == 202
