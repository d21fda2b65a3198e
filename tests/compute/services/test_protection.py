"""An instance that is protected is neither destroyed nor expunged, by whatever way, until the protection is off."""

from datetime import timedelta

import pytest

from cloudportal.core import clock, plans
from cloudportal.core.errors import Conflict, WrongState
from cloudportal.jobs.models import Job
from compute import states
from compute.models import Instance
from compute.services import housekeeping, instances
from compute.services.instances import InstanceChanges
from tenants.services import account_states, domains, projects
from tests.support.factories import account_of, make_caller, make_personas, make_project
from tests.support.factories_compute import deployed, fresh, submit_deployment

pytestmark = pytest.mark.django_db

PROTECT, LET_GO = InstanceChanges(is_protected=True), InstanceChanges(is_protected=False)


@pytest.fixture
def protected(cloud, tenant):
    """`protected(state)`: a protected instance of the tenant in that state, that no job has."""

    def put(state, owner=tenant):
        instance, _ = submit_deployment(cloud, owner)
        Job.objects.all().delete()
        Instance.objects.filter(pk=instance.pk).update(
            state=state, is_protected=True, destroyed_at=clock.now() - timedelta(days=30)
        )
        return fresh(instance)

    return put


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (instances.destroy, states.RUNNING),
        (instances.destroy, states.STOPPED),
        (instances.expunge, states.DESTROYED),
        (instances.expunge, states.ERROR),
    ],
)
def test_a_protected_instance_stays_until_the_protection_is_off(protected, tenant, verb, state):
    instance = protected(state)
    with pytest.raises(WrongState) as refusal:
        verb(tenant, instance)
    assert "take the protection off" in refusal.value.detail
    assert (fresh(instance).state, Job.objects.count()) == (state, 0)
    instances.update(tenant, fresh(instance), LET_GO)
    assert verb(tenant, fresh(instance)).is_open


def test_what_was_protected_meanwhile_is_not_destroyed_by_a_row_in_hand(cloud, tenant):
    instance = deployed(cloud, tenant)
    instances.update(tenant, fresh(instance), PROTECT)
    with pytest.raises(WrongState):
        instances.destroy(tenant, instance)


def test_what_is_protected_after_it_was_destroyed_is_not_expunged_by_time(protected, root):
    instance = protected(states.DESTROYED)
    assert housekeeping.expunge_due(root) == 0
    Instance.objects.update(is_protected=False)
    assert housekeeping.expunge_due(root) == 1
    assert fresh(instance).state == states.EXPUNGING


def test_protecting_is_possible_while_it_runs_and_told(cloud, tenant):
    instance = instances.update(tenant, deployed(cloud, tenant), PROTECT)
    plan = plans.planned(lambda: instances.update(tenant, fresh(instance), LET_GO))
    assert plan.effects[0]["changed"] == ["is_protected"]
    assert fresh(instance).is_protected


def test_an_instance_can_be_protected_from_the_first(cloud, tenant):
    instance, _ = submit_deployment(cloud, tenant, is_protected=True)
    assert fresh(instance).is_protected


def test_nothing_that_owns_a_protected_instance_is_deleted(protected):
    personas = make_personas()
    owner = make_caller(personas.domain)
    instance = protected(states.RUNNING, owner)
    account = account_of(owner)
    for delete in (
        lambda: account_states.delete(personas.domain_admin, account),
        lambda: domains.delete(personas.root_admin, account.domain, with_contents=True),
    ):
        with pytest.raises(Conflict) as refusal:
            delete()
        assert instance.name in refusal.value.detail
    assert not Job.objects.exists()


def test_a_project_with_a_protected_instance_is_not_deleted(protected):
    personas = make_personas()
    project = make_project(personas.user)
    instance = protected(states.STOPPED, personas.user)
    Instance.objects.filter(pk=instance.pk).update(account=project.account)
    with pytest.raises(Conflict):
        projects.delete(personas.user, project)


def test_what_is_expunged_protects_nobody(protected):
    personas = make_personas()
    owner = make_caller(personas.domain)
    protected(states.EXPUNGED, owner)
    assert account_states.delete(personas.domain_admin, account_of(owner)).is_open
