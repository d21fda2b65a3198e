"""What would happen, without its happening; and only that, when it was agreed on."""

import pytest

from cloudportal.events.models import Event
from cloudportal.jobs.models import Job
from compute.topology.models import Host, Region
from tests.support.clients import RestClient
from tests.support.factories import make_personas
from tests.support.factories_infra import make_cluster


@pytest.fixture
def root(db):
    return RestClient(make_personas().root_admin)


def plan_of(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["plan"]


def test_a_plan_tells_the_effects_and_changes_nothing(root):
    plan = plan_of(root.post("regions/?plan=1", {"name": "north"}))
    assert [effect["kind"] for effect in plan["effects"]] == ["create"]
    assert plan["refusal"] is None
    assert (Region.objects.count(), Event.objects.count()) == (0, 0)


def test_a_plan_tells_the_refusal_that_the_change_would_meet(root):
    root.post("regions/", {"name": "north"})
    refusal = plan_of(root.post("regions/?plan=1", {"name": "north"}))["refusal"]
    assert (refusal["code"], list(refusal["fields"])) == ("conflict", ["name"])


def test_a_planned_job_does_not_exist(root):
    cluster = make_cluster()
    plan = plan_of(root.post("hosts/?plan=1", {"name": "h1", "cluster": str(cluster.uuid)}))
    assert plan["fingerprint"]
    assert (Host.objects.count(), Job.objects.count()) == (0, 0)


def test_values_that_make_no_sense_cannot_be_planned(root):
    assert root.post("regions/?plan=1", {"name": ""}).status_code == 400


def test_a_plan_is_asked_for_by_one_or_nought(root):
    answer = root.post("regions/?plan=yes", {"name": "north"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["plan"])
    assert root.post("regions/?plan=0", {"name": "north"}).status_code == 201


def test_what_was_agreed_on_is_carried_out(root):
    plan = plan_of(root.post("regions/?plan=1", {"name": "north"}))
    assert root.post("regions/", {"name": "north"}, X_Plan=plan["fingerprint"]).status_code == 201


def test_what_is_no_longer_as_agreed_is_not_carried_out(root):
    plan = plan_of(root.post("regions/?plan=1", {"name": "north"}))
    answer = root.post("regions/", {"name": "south"}, X_Plan=plan["fingerprint"])
    assert (answer.status_code, answer.json()["code"]) == (412, "plan-changed")
    assert not Region.objects.exists()


def test_reading_cannot_be_planned(root):
    answer = root.get("regions/?plan=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown-parameter")
