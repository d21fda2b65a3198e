"""Who may do what to whose instance, in which state, and that one job at a time has it."""

from dataclasses import replace

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Busy, InvalidInput, LimitReached, NotPermitted, WrongState
from cloudportal.core.permissions import Rule
from cloudportal.events.models import Event
from cloudportal.jobs.models import Hold, Job
from cloudportal.jobs.services import hold_of
from compute import states
from compute.models import Instance
from compute.services import instances
from compute.services.instances import InstanceChanges
from storage.models import Volume
from tenants.models import Counter
from tests.support.factories import account_of, make_personas
from tests.support.factories_compute import fresh, submit_deployment

pytestmark = pytest.mark.django_db

VERBS = {
    "start": (instances.start, states.STOPPED),
    "stop": (instances.stop, states.RUNNING),
    "reboot": (instances.reboot, states.RUNNING),
    "destroy": (instances.destroy, states.RUNNING),
    "recover": (instances.recover, states.DESTROYED),
    "expunge": (instances.expunge, states.DESTROYED),
    "retry": (instances.retry, states.ERROR),
}
every_verb = pytest.mark.parametrize(("verb", "state"), VERBS.values(), ids=VERBS)


@pytest.fixture
def resting(cloud, tenant):
    """`resting(state)`: an instance of the tenant in that state, that no job has."""

    def put(state):
        instance, _ = submit_deployment(cloud, tenant)
        Job.objects.all().delete()
        Instance.objects.update(state=state)
        return fresh(instance)

    return put


@every_verb
def test_each_verb_has_its_states(resting, tenant, verb, state):
    others = states.INSTANCE.states - {state, states.STOPPED, states.ERROR}
    instance = resting(state)
    for other in sorted(others):
        Instance.objects.update(state=other)
        with pytest.raises(WrongState):
            verb(tenant, fresh(instance))
    Instance.objects.update(state=state)
    verb(tenant, fresh(instance))


@every_verb
def test_a_row_in_hand_that_is_out_of_date_changes_nothing(resting, tenant, verb, state):
    instance = resting(state)
    Instance.objects.update(state=states.EXPUNGED)
    with pytest.raises(WrongState):
        verb(tenant, instance)
    assert not Job.objects.exists()


@every_verb
def test_what_a_job_has_is_busy(resting, tenant, verb, state):
    instance = resting(state)
    other = Job.objects.create(kind="instance.repair", queue="compute", domain_path="/")
    Hold.objects.create(thing=hold_of(instance), job=other)
    with pytest.raises(Busy):
        verb(tenant, instance)
    assert fresh(instance).state == state


@every_verb
def test_a_read_only_role_does_nothing(resting, verb, state):
    with pytest.raises(NotPermitted):
        verb(make_personas().read_only_admin, resting(state))


@pytest.mark.parametrize("verb", [instances.start, instances.reboot])
@pytest.mark.parametrize("state", ["locked", "disabled"])
def test_a_closed_account_starts_nothing(resting, tenant, verb, state):
    instance = resting(states.STOPPED if verb is instances.start else states.RUNNING)
    account = account_of(tenant)
    account.state = state
    account.save()
    with pytest.raises(WrongState) as refusal:
        verb(tenant, instance)
    assert state in refusal.value.detail


@pytest.mark.parametrize("verb", [instances.stop, instances.destroy])
def test_a_locked_account_may_still_stop_and_destroy(resting, tenant, verb):
    instance = resting(states.RUNNING)
    account = account_of(tenant)
    account.state = "locked"
    account.save()
    assert verb(tenant, instance).kind in ("instance.stop", "instance.destroy")


def test_a_stop_waits_as_long_as_the_setting_says_and_not_at_all_with_force(resting, tenant):
    asked = instances.stop(tenant, resting(states.RUNNING))
    forced = instances.stop(tenant, resting(states.RUNNING), force=True)
    assert asked.arguments == {"force": False, "timeout_seconds": 60, "cut_power": True}
    assert forced.arguments["force"] is True


def test_every_verb_is_told_with_who_asked(resting, tenant):
    instances.stop(tenant, resting(states.RUNNING))
    event = Event.objects.get(type="VM.STOP")
    assert (event.stage, event.user_name, event.account_uuid) == (
        "started",
        tenant.user_name,
        account_of(tenant).uuid,
    )


def test_destroying_for_good_needs_both_permissions(resting):
    personas = make_personas()
    careful = replace(personas.root_admin, rule_sets=((Rule("instance.expunge", False), Rule("*", True)),))
    with pytest.raises(NotPermitted):
        instances.destroy(careful, resting(states.RUNNING), expunge=True)
    assert instances.destroy(careful, fresh(Instance.objects.get())).kind == "instance.destroy"


def test_destroying_a_stopped_one_and_expunging_a_failed_one_are_possible(resting, tenant):
    assert instances.destroy(tenant, resting(states.STOPPED)).kind == "instance.destroy"
    assert instances.expunge(tenant, resting(states.ERROR)).kind == "instance.expunge"


def test_recovering_counts_against_limits_again(resting, tenant):
    instance = resting(states.DESTROYED)
    counters = Counter.objects.filter(level="account", owner_id=account_of(tenant).pk, resource="instances")
    counters.update(used=0, maximum=0)
    with pytest.raises(LimitReached):
        instances.recover(tenant, instance)
    assert fresh(instance).state == states.DESTROYED


def test_without_its_disk_nothing_is_recovered(resting, tenant):
    instance = resting(states.DESTROYED)
    Volume.objects.update(state="deleted")
    with pytest.raises(WrongState) as refusal:
        instances.recover(tenant, instance)
    assert "root disk" in refusal.value.detail


def test_a_plan_of_expunging_says_what_is_gone_for_good(resting, tenant):
    instance = resting(states.DESTROYED)
    plan = plans.planned(lambda: instances.expunge(tenant, instance))
    assert "root disk of 1 GiB" in plan.effects[0]["sentence"]
    assert not Job.objects.exists()


def test_a_display_name_can_be_changed_while_it_runs(resting, tenant):
    instance = instances.update(tenant, resting(states.RUNNING), InstanceChanges(display_name="Shop"))
    assert fresh(instance).display_name == "Shop"
    event = Event.objects.get(type="VM.UPDATE")
    assert (event.before, event.after) == ({"display_name": ""}, {"display_name": "Shop"})


@pytest.mark.parametrize("changes", [{"name": "web"}, {"user_data": "x"}, {"ssh_keys": ()}])
def test_what_the_guest_reads_can_be_changed_while_it_is_stopped_only(resting, tenant, changes):
    with pytest.raises(WrongState):
        instances.update(tenant, resting(states.RUNNING), InstanceChanges(**changes))
    instances.update(tenant, resting(states.STOPPED), InstanceChanges(**changes))


def test_user_data_is_not_told_in_events(resting, tenant):
    instances.update(tenant, resting(states.STOPPED), InstanceChanges(user_data="password: hunter2"))
    assert "hunter2" not in str(Event.objects.values_list("before", "after"))


def test_no_changes_are_fine(resting, tenant):
    instance = resting(states.RUNNING)
    assert instances.update(tenant, instance, InstanceChanges()) == instance


def test_a_change_that_a_start_overtook_is_refused(resting, tenant):
    instance = resting(states.STOPPED)
    Instance.objects.update(state=states.STARTING)
    with pytest.raises(Busy):
        instances.update(tenant, instance, InstanceChanges(name="web"))


def test_changed_values_are_checked(resting, tenant):
    with pytest.raises(InvalidInput):
        instances.update(tenant, resting(states.STOPPED), InstanceChanges(name="Not A Name"))
