"""Every step of every registered workflow loses its worker before its effect and after it, forwards and undoing.

What rows and world say once a step's cursor is written is what they say before the effect of the next step, so that
point is walked once: only the last undone step has no next one.
"""

import pytest

from cloudportal.jobs import runner, states
from cloudportal.jobs.models import Hold
from cloudportal.jobs.workflows import all_workflows
from tests.faults.killing import recover, run_and_die
from tests.faults.staging import SCENARIOS, Stage

pytestmark = pytest.mark.slow

WORKFLOWS = [cls for cls in all_workflows() if not cls.kind.startswith("test.")]
FORWARDS, BACKWARDS = "forwards", "backwards"


def deaths():
    """Every point at which a worker may die; those of one workflow beside one another, for they share a stage."""
    for workflow in WORKFLOWS:
        first, last = workflow.steps[0], workflow.steps[-1]
        for step in workflow.steps:
            for point in (runner.BEFORE_EFFECT, runner.AFTER_EFFECT):
                yield _death(workflow, step, point, FORWARDS, is_sample=step is last)
            for point in runner.POINTS if step is first else (runner.BEFORE_EFFECT, runner.AFTER_EFFECT):
                yield _death(workflow, step, point, BACKWARDS, is_sample=step is first)


def _death(workflow, step, point, direction, *, is_sample):
    marks = [pytest.mark.xdist_group(workflow.kind)]
    # Between an effect and its rows a database counts, though hardly from step to step: the second one gets a sample.
    if point != runner.AFTER_EFFECT or not is_sample:
        marks.append(pytest.mark.any_database)
    name = f"{workflow.kind}-{step.name}-{point}-{direction}"
    return pytest.param(workflow, step.name, point, direction, marks=marks, id=name)


@pytest.fixture(scope="module")
def stage():
    return Stage()


def test_every_workflow_has_a_scenario():
    assert {cls.kind for cls in WORKFLOWS} == set(SCENARIOS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("workflow", "step", "point", "direction"), list(deaths()))
def test_a_worker_that_is_killed_is_replaced(stage, workflow, step, point, direction):
    scenario = stage.set_up(workflow.kind)
    failure = (workflow.steps[-1].name, runner.AFTER_EFFECT) if direction == BACKWARDS else None
    run_and_die(scenario.job, death=(step, point, direction), failure=failure)
    recover(scenario.job, failure=failure)
    expected = states.DONE if direction == FORWARDS else states.FAILED
    assert scenario.job.state == expected, scenario.job.message
    assert not Hold.objects.exists()
    scenario.check(scenario.job)
