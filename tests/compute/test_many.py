"""Many instances at once, with a world that fails, loses answers and hangs: in the end rows and world say the same."""

import logging

import pytest

from cloudportal.jobs.models import Job
from compute.models import Instance
from tests.support.crowd import Crowd
from tests.support.crowd_verbs import VERBS

pytestmark = pytest.mark.django_db

SEED = 20


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of faults are meant, and none of them is news."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def live(count, *, rounds, share=1.0, seed=SEED):
    """Every instance is deployed and in each round a share of them has something done to it, while calls go wrong."""
    crowd = Crowd(count, seed=seed)
    crowd.break_something(count // 8)
    crowd.work()
    for _ in range(rounds):
        crowd.stir(share)
        crowd.break_something(round(share * count) // 5)
        crowd.work()
    assert Job.objects.filter(state="failed").exists()
    crowd.settle()
    crowd.agrees()
    assert Instance.objects.count() == count
    return crowd


def test_a_few_instances_bear_a_failing_world():
    assert len(live(40, rounds=3).begun) > len(VERBS) / 2


@pytest.mark.slow
@pytest.mark.any_database
def test_a_thousand_instances_bear_a_failing_world():
    """All verbs beside one another, though what fails decides what the rarest of them find to be done to."""
    assert len(live(1000, rounds=5, share=0.2).begun) >= len(VERBS) - 2
