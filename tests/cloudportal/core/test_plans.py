"""Plan before apply."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import NoRoom, PlanChanged
from cloudportal.jobs.models import PeriodicRun

pytestmark = pytest.mark.django_db


def change():
    plans.note("row", "Makes a row.", amount=PeriodicRun.objects.count())
    return PeriodicRun.objects.create(name=f"row {PeriodicRun.objects.count()}")


def test_a_plan_says_what_would_happen_and_changes_nothing():
    plan = plans.planned(change)
    assert [effect["sentence"] for effect in plan.effects] == ["Makes a row."]
    assert plan.refusal is None
    assert not PeriodicRun.objects.exists()


def test_a_refusal_is_part_of_the_plan():
    def refuse():
        change()
        raise NoRoom(reason="Full.")

    plan = plans.planned(refuse)
    assert plan.refusal.code == "no-room"
    assert not PeriodicRun.objects.exists()


def test_an_agreed_plan_does_exactly_that():
    plan = plans.planned(change)
    assert plans.agreed(plan.fingerprint, change).name == "row 0"


def test_a_plan_that_is_out_of_date_is_not_carried_out():
    plan = plans.planned(change)
    change()
    with pytest.raises(PlanChanged):
        plans.agreed(plan.fingerprint, change)
    assert PeriodicRun.objects.count() == 1


def test_nothing_is_noted_where_nobody_plans():
    plans.note("row", "Unheard.")
    assert not plans.is_planning()
