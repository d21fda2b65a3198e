"""A world and a submitted job for each workflow that changes who may sign in to a guest."""

from compute.services import instances
from storage.models import Template
from tests.faults.scenarios import Scenario
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_caller
from tests.support.factories_compute import deployed, fresh, make_cloud
from tests.support.factories_guest_data import public_key


def taking_passwords(cloud):
    """The same cloud, whose template takes passwords."""
    Template.objects.filter(pk=cloud.template.pk).update(takes_password=True)
    cloud.template.refresh_from_db()
    return cloud


def _scenario(cloud, instance, job):
    """After the job: a guest that was told is told nothing again; one that was not is told at its next start."""

    def check(closed):
        world_equals_rows(cloud)
        row = fresh(instance)
        assert row.state == "running"
        assert row.login_number > 0
        waits = bool(row.password_hash) or row.has_new_keys
        assert waits == (closed.state != "done")

    return Scenario(job, check)


def reset_password():
    cloud, caller = taking_passwords(make_cloud()), make_caller()
    instance = deployed(cloud, caller)
    job, _ = instances.reset_password(caller, instance)
    return _scenario(cloud, instance, job)


def reset_ssh_keys():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    job = instances.reset_ssh_keys(caller, instance, ssh_keys=(public_key(),))
    return _scenario(cloud, instance, job)


SCENARIOS = {"instance.reset-password": reset_password, "instance.reset-ssh-keys": reset_ssh_keys}
