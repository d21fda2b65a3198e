"""New passwords and keys: the guest is told once, by its agent or at its next start, and nobody else ever is."""

import pytest

from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted, WrongState
from cloudportal.drivers.simulated.tampering import set_agent
from cloudportal.events.models import Event
from cloudportal.jobs.models import JobLine
from compute.models import Instance
from compute.services import instances
from compute.services.instances import InstanceChanges
from compute.workflows.subjects import guest_data_of
from storage.models import Template
from tests.security.rows import stored
from tests.support.factories import account_of, make_caller
from tests.support.factories_compute import deployed, fresh, stopped, submit_deployment
from tests.support.factories_guest_data import make_key_pair, public_key
from tests.support.jobs import run_job
from tests.support.scenarios_login import taking_passwords

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_cloud(cloud):
    return taking_passwords(cloud)


def reset_password(caller, instance):
    job, password = instances.reset_password(caller, instance)
    assert run_job(job).state == "done"
    return password.reveal()


def told_by_agent(cloud):
    return [
        one.detail
        for one in cloud.world.effects()
        if one.operation.startswith("set_") and "of " in one.detail
    ]


def test_a_running_guest_is_told_by_its_agent_and_nothing_is_kept(open_cloud, tenant):
    instance = deployed(open_cloud, tenant)
    password = reset_password(tenant, instance)
    assert told_by_agent(open_cloud) == ["password of root"]
    assert guest_data_of(fresh(instance)).login is None
    assert password not in stored()
    assert not fresh(instance).password_hash


def test_a_stopped_guest_is_told_at_its_next_start_and_never_again(open_cloud, tenant):
    instance = stopped(open_cloud, tenant)
    password = reset_password(tenant, instance)
    waiting = guest_data_of(fresh(instance)).login
    assert (waiting.number, waiting.user, waiting.ssh_keys) == (2, "root", None)
    assert waiting.password_hash.startswith("$6$")
    assert password not in stored()
    assert waiting.password_hash not in stored()
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    assert guest_data_of(fresh(instance)).login is None


def test_a_guest_without_an_agent_is_told_when_it_starts_next(open_cloud, tenant):
    instance = deployed(open_cloud, tenant)
    set_agent(open_cloud.world, instance.uuid, False)
    reset_password(tenant, instance)
    assert "when the instance is stopped and started" in JobLine.objects.last().sentence
    assert guest_data_of(fresh(instance)).login.password_hash
    assert run_job(instances.stop(tenant, fresh(instance))).state == "done"
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    assert guest_data_of(fresh(instance)).login is None


def test_an_agent_that_says_no_fails_the_job_and_the_guest_is_told_later(open_cloud, tenant):
    Template.objects.filter(pk=open_cloud.template.pk).update(login_user="nobody-there")
    instance = deployed(open_cloud, tenant)
    job, _ = instances.reset_password(tenant, instance)
    assert run_job(job).state == "failed"
    assert fresh(instance).state == "running"
    assert guest_data_of(fresh(instance)).login.password_hash


def test_the_agent_is_told_all_that_waits(open_cloud, tenant):
    instance = deployed(open_cloud, tenant)
    set_agent(open_cloud.world, instance.uuid, False)
    reset_password(tenant, instance)
    set_agent(open_cloud.world, instance.uuid, True)
    job = instances.reset_ssh_keys(tenant, fresh(instance), ssh_keys=(public_key(), public_key()))
    assert run_job(job).state == "done"
    assert told_by_agent(open_cloud) == ["password of root", "2 keys of root"]


def test_a_deployment_makes_a_password_where_the_template_takes_one(open_cloud, tenant):
    instance, job = submit_deployment(open_cloud, tenant)
    assert len(instance.new_password.reveal()) > 20
    assert guest_data_of(fresh(instance)).login.number == 1
    assert instance.new_password.reveal() not in stored()
    assert run_job(job).state == "done"
    assert fresh(instance).new_password is None
    assert guest_data_of(fresh(instance)).login is None


def test_one_that_stays_stopped_keeps_its_first_password_until_it_starts(open_cloud, tenant):
    instance = deployed(open_cloud, tenant, start=False)
    assert guest_data_of(instance).login.password_hash
    assert run_job(instances.start(tenant, instance)).state == "done"
    assert guest_data_of(fresh(instance)).login is None


@pytest.mark.parametrize("values", [{"takes_password": False}, {"os_type": "Windows 11"}])
def test_no_password_is_made_for_guests_that_take_none(open_cloud, tenant, values):
    Template.objects.filter(pk=open_cloud.template.pk).update(**values)
    instance, job = submit_deployment(open_cloud, tenant)
    assert instance.new_password is None
    assert run_job(job).state == "done"
    with pytest.raises(WrongState):
        instances.reset_password(tenant, fresh(instance))


def test_new_keys_take_the_place_of_the_old_ones(cloud, tenant):
    instance = stopped(cloud, tenant, ssh_keys=(public_key(),))
    pair, pasted = make_key_pair(account_of(tenant)), public_key()
    job = instances.reset_ssh_keys(tenant, instance, key_pairs=(pair.uuid,), ssh_keys=(pasted,))
    assert run_job(job).state == "done"
    waiting = guest_data_of(fresh(instance))
    assert waiting.ssh_keys == waiting.login.ssh_keys == (pair.public_key, pasted)
    assert waiting.instance_id == str(instance.uuid)
    assert waiting.login.password_hash is None
    events = Event.objects.filter(type="VM.RESETSSHKEY")
    assert sorted(one.stage for one in events) == ["completed", "started"]


def test_keys_that_are_edited_reach_a_guest_that_has_lived(cloud, tenant):
    instance = stopped(cloud, tenant)
    line = public_key()
    instances.update(tenant, instance, InstanceChanges(ssh_keys=(line,)))
    assert guest_data_of(fresh(instance)).login.ssh_keys == (line,)
    instances.update(tenant, fresh(instance), InstanceChanges(display_name="x"))
    assert fresh(instance).login_number == 1


def test_somebody_must_be_able_to_sign_in(cloud, tenant):
    with pytest.raises(InvalidInput):
        instances.reset_ssh_keys(tenant, deployed(cloud, tenant))


def test_a_strangers_key_pair_is_not_there_to_be_set(cloud, tenant, root):
    instance = deployed(cloud, tenant)
    strange = make_key_pair(account_of(make_caller()))
    for caller in (tenant, root):
        with pytest.raises(NotFound):
            instances.reset_ssh_keys(caller, instance, key_pairs=(strange.uuid,))


def test_who_only_reads_resets_nothing(open_cloud, tenant):
    instance = deployed(open_cloud, tenant)
    reader = make_caller(account_of(tenant).domain, role="Read-Only Domain Admin")
    with pytest.raises(NotPermitted):
        instances.reset_password(reader, instance)


def test_what_changed_meanwhile_is_not_overwritten(open_cloud, tenant):
    instance = deployed(open_cloud, tenant)
    Instance.objects.filter(pk=instance.pk).update(state="stopped")
    with pytest.raises(WrongState):
        instances.reset_password(tenant, instance)
