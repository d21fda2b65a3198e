"""Jobs that are tried again, or taken up again, when the world has gone on: nobody gets by that what the action itself
would refuse them now.
"""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.workflows import Workflow, all_workflows
from compute import states
from compute.models import Instance, Lease
from compute.services import drift, instances, nics
from compute.services.instances import InstanceChanges, MoveValues, ResizeValues
from storage.models import Volume
from storage.services import snapshots
from storage.services.snapshots import NewSnapshot
from tenants.models import Account
from tests.support.factories import (
    account_of,
    caller,
    make_account,
    make_caller,
    make_domain,
    make_role,
    make_user,
)
from tests.support.factories_compute import deployed, destroyed, fresh, make_offering, stopped
from tests.support.jobs import run_job
from tests.support.scenarios_login import taking_passwords
from tests.support.scenarios_nics import the, wired

pytestmark = pytest.mark.django_db

# It tells hosts what the rules are by now, and is begun by every change of rules and members.
WITHOUT_ACTION = {"security-group.apply"}


@pytest.fixture
def cancelled(root):
    """`cancelled(job)`: the job, aborted before anybody worked on it."""

    def turned_back(job):
        job = run_job(jobs.abort(root, job))
        assert (job.state, job.cursor) == ("cancelled", 0)
        return job

    return turned_back


@pytest.fixture
def admin(tenant):
    """Administers the tenant's domain and no other."""
    return make_caller(account_of(tenant).domain, "Domain Admin")


@pytest.fixture
def stranger():
    """An account in another domain."""
    return make_account(make_domain())


def refusal_of(caller, job, kind):
    before = set(Job.objects.values_list("pk", flat=True))
    with pytest.raises(kind) as refusal:
        jobs.retry(caller, job)
    assert set(Job.objects.values_list("pk", flat=True)) == before
    return refusal.value.detail


def protect(caller, instance):
    instances.update(caller, fresh(instance), InstanceChanges(is_protected=True))


def test_every_job_that_can_be_tried_again_names_what_it_is_begun_by():
    silent = {one.kind for one in all_workflows() if one.retry is not Workflow.retry and one.action is None}
    assert {kind for kind in silent if not kind.startswith("test.")} == WITHOUT_ACTION


def test_what_was_protected_since_is_not_destroyed(cloud, tenant, admin, cancelled):
    instance = deployed(cloud, tenant)
    job = cancelled(instances.destroy(tenant, instance))
    protect(tenant, instance)
    assert "protected" in refusal_of(admin, job, WrongState)
    assert fresh(instance).state == states.RUNNING


@pytest.mark.parametrize("begin", [deployed, destroyed])
def test_what_was_protected_since_is_not_expunged(cloud, tenant, admin, cancelled, begin):
    instance = begin(cloud, tenant)
    verb = instances.expunge if instance.state == states.DESTROYED else instances.destroy
    options = {} if instance.state == states.DESTROYED else {"expunge": True}
    job = cancelled(verb(tenant, instance, **options))
    protect(tenant, instance)
    assert "protected" in refusal_of(admin, job, WrongState)


def test_what_had_its_time_since_is_not_started(cloud, tenant, admin, cancelled):
    instance = stopped(cloud, tenant)
    job = cancelled(instances.start(tenant, instance))
    Lease.objects.create(instance=instance, ends_at=clock.now() - timedelta(minutes=1), policy=Lease.STOP)
    assert "Extend it first" in refusal_of(admin, job, WrongState)


@pytest.mark.parametrize("verb", [instances.reboot, instances.reset_password])
def test_nothing_is_brought_to_life_for_a_locked_account(cloud, tenant, admin, cancelled, verb):
    instance = deployed(taking_passwords(cloud), tenant)
    begun = verb(tenant, instance)
    job = cancelled(begun if isinstance(begun, Job) else begun[0])
    Account.objects.filter(pk=instance.account_id).update(state="locked")
    assert "locked" in refusal_of(admin, job, WrongState)


def test_the_card_that_an_instance_leans_on_by_now_is_not_removed(cloud, tenant, admin, cancelled):
    instance, nic = wired(cloud, tenant)
    job = cancelled(nics.remove(tenant, nic))
    assert run_job(nics.make_default(tenant, the(nic))).state == "done"
    assert "Make another one the default first" in refusal_of(admin, job, Conflict)
    assert instance.nics.filter(pk=nic.pk, is_default=True).exists()


def test_a_card_is_not_removed_from_what_is_put_aside(cloud, tenant, admin, cancelled):
    instance, nic = wired(cloud, tenant)
    job = cancelled(nics.remove(tenant, nic))
    assert run_job(instances.destroy(tenant, fresh(instance))).state == "done"
    refusal_of(admin, job, WrongState)


def test_a_card_that_could_not_be_removed_can_be_removed_again(cloud, tenant, admin, cancelled):
    instance, nic = wired(cloud, tenant)
    job = cancelled(nics.remove(tenant, nic))
    assert run_job(jobs.retry(admin, job)).state == "done"
    assert not instance.nics.filter(pk=nic.pk).exists()


def test_a_size_that_was_closed_since_is_not_given(cloud, tenant, admin, cancelled):
    instance, size = stopped(cloud, tenant), make_offering(cpus=2)
    job = cancelled(instances.resize(tenant, instance, ResizeValues(offering=size.uuid)))
    size.is_active = False
    size.save()
    assert "closed" in refusal_of(admin, job, InvalidInput)


def test_what_rests_by_now_is_not_repaired_into_life(cloud, tenant, root, cancelled):
    instance = deployed(cloud, tenant)
    job = cancelled(drift._submit(root, instance, "instance.repair"))
    assert run_job(instances.stop(tenant, fresh(instance))).state == "done"
    refusal_of(root, job, WrongState)


def test_what_has_another_owner_is_out_of_reach_for_those_who_had_it(
    cloud, tenant, admin, root, stranger, cancelled
):
    instance = stopped(cloud, tenant)
    volume = instance.attachments.get().volume
    job = cancelled(instances.destroy(tenant, instance))
    instances.move(root, fresh(instance), MoveValues(account=stranger.uuid))
    refusal_of(admin, job, NotFound)
    assert "another owner" in refusal_of(root, job, WrongState)
    assert (fresh(instance).state, fresh(instance).account) == (states.STOPPED, stranger)
    assert Volume.objects.get(pk=volume.pk).account == stranger


def test_a_volume_that_went_along_is_not_overwritten_by_the_snapshot_that_stayed(
    cloud, tenant, admin, root, stranger, cancelled
):
    instance = stopped(cloud, tenant)
    volume = instance.attachments.get().volume
    snapshot, job = snapshots.take(tenant, NewSnapshot(volume_uuid=volume.uuid, name="before"))
    assert run_job(job).state == "done"
    snapshot.refresh_from_db()
    job = cancelled(snapshots.restore(tenant, snapshot))
    instances.move(root, fresh(instance), MoveValues(account=stranger.uuid))
    refusal_of(admin, job, NotFound)
    refusal_of(root, job, WrongState)


def test_a_clean_up_is_taken_up_by_those_in_whose_reach_the_thing_is(cloud, tenant, admin, root, stranger):
    instance = stopped(cloud, tenant)
    for operation in ("ensure_guest", "remove_guest"):
        cloud.world.inject(Fault(operation=operation, kind=FaultKind.FAIL, error="refused", count=None))
    job = run_job(instances.start(tenant, instance))
    assert (job.state, job.cursor > 0) == ("failed", True)
    cloud.world.clear_faults()
    Instance.objects.filter(pk=instance.pk).update(account=stranger)
    with pytest.raises(NotFound):
        jobs.resume(admin, job)
    assert run_job(jobs.resume(root, job)).cursor == 0


def test_who_may_not_destroy_does_not_by_trying_again(cloud, tenant, admin, cancelled):
    instance = deployed(cloud, tenant)
    job = cancelled(instances.destroy(tenant, instance))
    role = make_role(("-instance.destroy", "*"), kind="domain-admin")
    helper = caller(make_user(make_account(account_of(tenant).domain, role)))
    refusal_of(helper, job, NotPermitted)
    assert fresh(instance).state == states.RUNNING
    assert run_job(jobs.retry(admin, job)).state == "done"
    assert fresh(instance).state == states.DESTROYED
