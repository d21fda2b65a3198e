"""Every event and every action in every state: allowed, or refused with what is needed; and everywhere a way on."""

from datetime import timedelta

import pytest

from cloudportal.core import clock, plans
from cloudportal.core.actions import actions_of
from cloudportal.core.errors import WrongState
from cloudportal.jobs.models import Job
from compute import queries, states
from compute.models import Instance
from compute.services import drift, housekeeping, instances
from compute.services.instances import InstanceChanges, MoveValues, ResizeValues
from tests.support.factories import account_of, make_project
from tests.support.factories_compute import deployed, fresh, make_offering

pytestmark = pytest.mark.django_db

TABLE = states.INSTANCE
EVENTS = sorted({move.event for move in TABLE.moves})
AT_REST = sorted(TABLE.states - TABLE.transient - TABLE.final)
ACTIONS = [action for action in actions_of("instance") if action.states and not action.reads]

# Each verb as somebody calls it. What only looks (console, screen, serial line) is asked in its own tests.
VERBS = {
    "update": lambda caller, row: instances.update(caller, row, InstanceChanges(display_name="x")),
    "start": instances.start,
    "stop": instances.stop,
    "reboot": instances.reboot,
    "reinstall": instances.reinstall,
    "resize": lambda caller, row: instances.resize(
        caller, row, ResizeValues(offering=make_offering(cpus=2, memory_mib=640).uuid)
    ),
    "destroy": instances.destroy,
    "recover": instances.recover,
    "expunge": instances.expunge,
    "retry": instances.retry,
    "move": lambda caller, row: instances.move(caller, row, MoveValues(project=make_project(caller).uuid)),
}


@pytest.fixture
def put(cloud, tenant):
    """`put(state)`: the one instance of the tenant, in that state, with its rows as they are then."""
    instance = deployed(cloud, tenant)
    host = instance.host

    def into(state):
        runs = state in (states.RUNNING, *TABLE.transient)
        Instance.objects.update(state=state, host=host if runs else None, drift={})
        return fresh(instance)

    return into


def test_every_event_moves_from_its_states_and_from_no_other(put):
    put(states.RUNNING)
    for state in sorted(TABLE.states):
        for event in EVENTS:
            Instance.objects.update(state=state)
            instance, target = Instance.objects.get(), TABLE.target(state, event)
            assert moved(instance, event) == (target is not None), (state, event)
            assert Instance.objects.values_list("state").get() == (target or state,), (state, event)


def moved(instance, event):
    """True where the event moved it; the refusal of any other names where it could happen."""
    try:
        TABLE.move(instance, event)
    except WrongState as refusal:
        assert all(source in refusal.detail for source in TABLE.sources(event)[:1])
        return False
    return True


@pytest.mark.parametrize("verb", VERBS)
def test_every_action_is_allowed_in_its_states_and_says_what_is_needed_in_any_other(put, tenant, verb):
    action = next(one for one in actions_of("instance") if one.verb == verb)
    before = Job.objects.count()
    for state in sorted(TABLE.states):
        instance = put(state)
        plan = plans.planned(lambda row=instance: VERBS[verb](tenant, row))
        said = (plan.refusal and plan.refusal.code, state in action.states)
        assert said in ((None, True), ("wrong-state", False)), (state, plan.refusal)
        needed = [one for one in action.states if plan.refusal]
        assert all(one in str(plan.refusal) for one in needed), (state, plan.refusal)
        assert fresh(instance).state == state
    assert Job.objects.count() == before


def test_every_action_that_changes_an_instance_is_among_them():
    looks = {"console", "screenshot", "serial-log"}
    elsewhere = {one.verb for one in ACTIONS} - set(VERBS) - looks
    # Starting with one argument more, and what is about things that are attached to it: asked in tests of their own.
    assert elsewhere <= {
        "choose-host",
        "change-affinity",
        "attach-iso",
        "detach-iso",
        "reset-password",
        "reset-ssh-keys",
    }


@pytest.mark.parametrize("state", sorted(TABLE.transient))
def test_a_transient_state_whose_job_is_lost_is_found_and_put_back(put, compare, root, state):
    put(state)
    compare(2)
    [stuck] = queries.drifting_for(root)
    assert stuck.drift["kind"] == "stuck"
    assert drift.repair(root, stuck) is None
    assert fresh(stuck).state in AT_REST


@pytest.mark.parametrize("state", AT_REST)
def test_from_every_state_at_rest_something_can_be_done_and_it_ends(put, tenant, state):
    """No state needs more than the product has: the way leads to expunged, by a verb or by time."""
    allowed = [one.verb for one in ACTIONS if state in one.states]
    assert {"destroy", "expunge"} & set(allowed)
    seen, waiting = set(), [state]
    while waiting:
        here = waiting.pop()
        seen.add(here)
        waiting += [move.target for move in TABLE.moves if move.source == here and move.target not in seen]
    assert states.EXPUNGED in seen


def test_what_is_destroyed_ends_by_itself_when_its_time_is_over(put, root):
    put(states.DESTROYED)
    Instance.objects.update(destroyed_at=clock.now() - timedelta(days=400))
    assert housekeeping.expunge_due(root) == 1
    assert Instance.objects.get().state == states.EXPUNGING


def test_an_expunged_one_is_history_to_its_owner(put, tenant):
    instance = put(states.EXPUNGED)
    assert instance not in queries.instances_for(tenant)
    assert queries.instance_for(tenant, instance.uuid) == instance
    assert account_of(tenant) == instance.account
