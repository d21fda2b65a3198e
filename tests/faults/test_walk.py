"""Every step of every registered workflow loses its worker before its effect and after it, forwards and undoing.

What rows and world say once a step's cursor is written is what they say before the effect of the next step, so that
point is walked once: only the last undone step has no next one.
"""

import pytest

from cloudportal.jobs import runner, states
from cloudportal.jobs.models import Hold
from cloudportal.jobs.workflows import all_workflows
from tests.faults.killing import recover, run_and_die
from tests.faults.scenarios import all_scenarios

pytestmark = pytest.mark.slow

WORKFLOWS = [cls for cls in all_workflows() if not cls.kind.startswith("test.")]
SCENARIOS = all_scenarios()


def forwards():
    for workflow in WORKFLOWS:
        for step in workflow.steps:
            for point in (runner.BEFORE_EFFECT, runner.AFTER_EFFECT):
                yield pytest.param(workflow.kind, step.name, point, id=f"{workflow.kind}-{step.name}-{point}")


def backwards():
    for workflow in WORKFLOWS:
        last = workflow.steps[-1].name
        for step in workflow.steps:
            is_last_undone = step is workflow.steps[0]
            for point in runner.POINTS if is_last_undone else (runner.BEFORE_EFFECT, runner.AFTER_EFFECT):
                name = f"{workflow.kind}-{step.name}-{point}"
                yield pytest.param(workflow.kind, step.name, point, last, id=name)


def test_every_workflow_has_a_scenario():
    assert {cls.kind for cls in WORKFLOWS} == set(SCENARIOS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "step", "point"), list(forwards()))
def test_a_worker_killed_on_the_way_forward_is_replaced(kind, step, point):
    scenario = SCENARIOS[kind]()
    run_and_die(scenario.job, death=(step, point, "forwards"))
    recover(scenario.job)
    assert scenario.job.state == states.DONE, scenario.job.message
    assert not Hold.objects.exists()
    scenario.check(scenario.job)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "step", "point", "last"), list(backwards()))
def test_a_worker_killed_while_undoing_is_replaced(kind, step, point, last):
    scenario = SCENARIOS[kind]()
    failure = (last, runner.AFTER_EFFECT)
    run_and_die(scenario.job, death=(step, point, "backwards"), failure=failure)
    recover(scenario.job, failure=failure)
    assert scenario.job.state == states.FAILED, scenario.job.message
    assert not Hold.objects.exists()
    scenario.check(scenario.job)
