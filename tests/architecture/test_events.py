"""Each change says who made it: every service that changes something writes an event down, itself or by what it calls,
or submits a job whose workflow does. Whatever edits says what was there before.
"""

import ast

import pytest

from cloudportal.jobs.workflows import all_workflows
from tests.architecture.calls import calls_within, functions, reached

RECORDS = {("cloudportal.events.records", "record"), ("cloudportal.events.records", "completed")}
SUBMIT = ("cloudportal.jobs.services", "submit")
WRITES = {
    "save",
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "update",
    "delete",
    "move",
    "set_password",
}
# Changes that have no event of their own, and why.
WITHOUT = {
    (
        "cloudportal.jobs.services",
        "submit",
    ): "The service that submits a job writes the event; the job keeps its caller.",
    (
        "usage.services.verification",
        "verify",
    ): "It compares and changes nothing; what differs becomes an alert.",
}
# Edits whose values are nobody's to read.
UNSPOKEN = {
    ("tenants.services.passwords", "change_own"): "A password is never written down, before or after.",
}


def is_service(function):
    in_services = ".services." in f"{function.module}." or function.module == "cloudportal.events.alerts"
    is_public = not function.name.startswith("_") and "." not in function.name
    return in_services and is_public and function.arguments[:1] == ["caller"]


def writes(name):
    """True where a row may be changed on the way."""
    called = [one.func.attr for one in calls_within(name) if isinstance(one.func, ast.Attribute)]
    return bool(WRITES & set(called))


def kinds_submitted(name):
    """The kinds of jobs that may be submitted on the way."""
    constants = [
        one for call in calls_within(name) for one in ast.walk(call) if isinstance(one, ast.Constant)
    ]
    known = {one.kind for one in all_workflows()}
    return {one.value for one in constants if isinstance(one.value, str)} & known


def workflow_records(kind):
    """True where a step of the workflow writes an event down, in the name of whoever asked for the job."""
    workflow = next(one for one in all_workflows() if one.kind == kind)
    methods = [
        (step.__module__, f"{step.__name__}.{verb}") for step in workflow.steps for verb in ("act", "record")
    ]
    return any(RECORDS & reached(method) for method in methods)


def records(name):
    """True where the change is written down."""
    if RECORDS & reached(name):
        return True
    return SUBMIT in reached(name) and any(workflow_records(kind) for kind in kinds_submitted(name))


CHANGES = sorted(name for name, one in functions().items() if is_service(one) and writes(name))


def test_there_are_changes():
    assert len(CHANGES) > 80
    assert ("tenants.services.users", "disable") in CHANGES
    assert ("tenants.services.departures", "preview_of_domain") not in CHANGES


@pytest.mark.parametrize("name", CHANGES, ids=".".join)
def test_every_change_is_written_down(name):
    assert records(name) or name in WITHOUT


def test_every_exception_is_one():
    assert [name for name in WITHOUT if records(name) or name not in CHANGES] == []


def edits(name):
    return name[1] in {"update", "rename", "edit", "change"} or name[1].startswith(("set_", "change_"))


@pytest.mark.parametrize("name", [name for name in CHANGES if edits(name)], ids=".".join)
def test_every_edit_says_what_was_there_before(name):
    keywords = {one.arg for call in calls_within(name) for one in call.keywords}
    assert {"before", "after"} <= keywords or name in UNSPOKEN
