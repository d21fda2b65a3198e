"""A workflow of three steps whose outside world is a list."""

import uuid
from collections import Counter

import pytest
from django.db import transaction

from cloudportal.core.caller import Caller, Owner
from cloudportal.core.permissions import RoleKind, Rule
from cloudportal.jobs import services, workflows
from cloudportal.jobs.services import Subject
from cloudportal.jobs.workflows import Step, Workflow

WORLD = {"things": set(), "effects": Counter(), "faults": {}, "closed": []}


def _fault(key):
    faults = WORLD["faults"].get(key, [])
    if faults:
        error = faults.pop(0)
        if error is not None:
            raise error


def _step(step_name):
    class Put(Step):
        name = step_name
        label = f"Put {step_name}"

        def act(self, run):
            _fault((step_name, "before"))
            if step_name not in WORLD["things"]:
                WORLD["things"].add(step_name)
                WORLD["effects"][step_name] += 1
            _fault((step_name, "after"))
            return step_name

        def record(self, run, result):
            run.notes[result] = "put"

        def undo(self, run):
            _fault((step_name, "undo"))
            WORLD["things"].discard(step_name)

        def record_undo(self, run, result):
            run.notes.pop(step_name, None)

    return Put


class Pile(Workflow):
    """Puts three things on a pile."""

    kind = "test.pile"
    queue = "housekeeping"
    label = "Pile"
    steps = (_step("first"), _step("second"), _step("third"))

    def failed(self, run):
        run.say("Settled, as far as it came.")
        _fault("failed")
        WORLD["closed"].append(run.job.uuid)

    def retry(self, run):
        run.say("Made ready again.")


@pytest.fixture(autouse=True)
def pile(monkeypatch):
    monkeypatch.setitem(workflows._registered, Pile.kind, Pile)
    WORLD.update(things=set(), effects=Counter(), faults={}, closed=[])
    return WORLD


@pytest.fixture
def caller():
    owner = Owner(1, uuid.uuid4(), "tester", "/1/")
    return Caller(
        kind=RoleKind.ROOT_ADMIN,
        owner=owner,
        home=owner,
        domain_id=1,
        domain_path="/1/",
        rule_sets=((Rule("*", True),),),
        user_name="tester",
    )


@pytest.fixture
def submit(caller, transactional_db):
    def submit_pile(*, holds=("thing:1",)):
        with transaction.atomic():
            return services.submit(caller, Pile.kind, Subject("pile", uuid.uuid4(), "pile"), holds=holds)

    return submit_pile
