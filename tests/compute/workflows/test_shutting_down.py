"""How long a guest may take to shut down, and what becomes of one that does not."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.simulated.tampering import set_deaf
from cloudportal.jobs.models import Job
from compute import states
from compute.services import instances
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories_compute import fresh
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db

VERBS = {"stop": (instances.stop, states.STOPPED), "reboot": (instances.reboot, states.RUNNING)}
both = pytest.mark.parametrize(("verb", "end"), VERBS.values(), ids=VERBS)


@both
def test_the_power_of_a_deaf_guest_is_cut_after_its_time(cloud, tenant, instance, verb, end):
    set_deaf(cloud.world, instance.uuid, True)
    job = run_job(verb(tenant, instance, timeout_seconds=7))
    assert (job.state, fresh(instance).state) == ("done", end)
    assert "within 7 s, so its power is cut" in " ".join(job.lines.values_list("sentence", flat=True))
    world_equals_rows(cloud)


@both
def test_a_deaf_guest_whose_power_nobody_wants_cut_goes_on_running(cloud, tenant, instance, verb, end):
    set_deaf(cloud.world, instance.uuid, True)
    job = run_job(verb(tenant, instance, timeout_seconds=7, cut_power=False))
    assert (job.state, fresh(instance).state) == ("failed", states.RUNNING)
    assert "Give it more time" in job.message
    world_equals_rows(cloud)


@both
def test_a_guest_that_heeds_is_done_within_its_time(cloud, tenant, instance, verb, end):
    assert run_job(verb(tenant, instance, cut_power=False)).state == "done"
    assert fresh(instance).state == end
    world_equals_rows(cloud)


@both
def test_force_asks_nobody(cloud, tenant, instance, verb, end):
    set_deaf(cloud.world, instance.uuid, True)
    job = run_job(verb(tenant, instance, force=True, cut_power=False))
    assert (job.state, fresh(instance).state) == ("done", end)


@both
@pytest.mark.parametrize("seconds", [0, -1, 901])
def test_a_time_has_the_bounds_of_the_setting(tenant, instance, verb, end, seconds):
    jobs = Job.objects.count()
    with pytest.raises(InvalidInput) as refusal:
        verb(tenant, instance, timeout_seconds=seconds)
    assert refusal.value.fields == {"timeout_seconds": ["Choose 1 to 900 seconds."]}
    assert (fresh(instance).state, Job.objects.count()) == (states.RUNNING, jobs)


def test_the_plan_says_how_it_would_be_stopped(tenant, instance):
    plan = plans.planned(lambda: instances.stop(tenant, instance, timeout_seconds=30, cut_power=False))
    assert (plan.effects[0]["timeout_seconds"], plan.effects[0]["cut_power"]) == (30, False)
