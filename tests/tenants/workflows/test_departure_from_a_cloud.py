"""Deleting and disabling those who really own something: instances, volumes, templates and addresses of a cloud."""

import pytest

from cloudportal.jobs import states as job_states
from compute.models import Instance
from networking.models import Address
from storage.models import Volume
from tenants.membership import caller_in_project
from tenants.models import Account, Counter, Domain
from tenants.resources import Resource
from tenants.services import account_states, domains, limits_recount, projects
from tests.support.factories import account_of, make_caller, make_domain, make_personas, make_project
from tests.support.factories_compute import deployed, guests_of, make_cloud, stopped
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db


# The cloud's own template is made without being counted.
COUNTED = [one for one in Resource if one not in (Resource.TEMPLATES, Resource.SECONDARY_STORAGE_GIB)]


def in_use():
    """Everything that is counted anywhere."""
    return set(Counter.objects.exclude(used=0).values_list("level", "owner_id", "resource", "used"))


def test_an_account_leaves_nothing_behind():
    who, cloud = make_personas(), make_cloud()
    deployed(cloud, who.user)
    stopped(cloud, who.user)
    kept = deployed(cloud, who.neighbour)
    account = account_of(who.user)
    job = run_job(account_states.delete(who.domain_admin, account))
    assert job.state == job_states.DONE, job.message
    assert not Account.objects.filter(pk=account.pk).exists()
    assert set(guests_of(cloud)) == {kept.uuid}
    assert {row.account_id for row in Volume.objects.all()} == {kept.account_id}
    assert Address.objects.filter(state="taken").count() == 1
    assert limits_recount.find_drift(COUNTED) == []


def test_a_domain_leaves_nothing_behind():
    who, cloud = make_personas(), make_cloud()
    top = make_domain(who.domain)
    before = in_use()
    tenant = make_caller(make_domain(top))
    deployed(cloud, tenant)
    deployed(cloud, caller_in_project(tenant, make_project(tenant)))
    job = run_job(domains.delete(who.domain_admin, top, with_contents=True))
    assert job.state == job_states.DONE, job.message
    assert not Domain.objects.filter(path__startswith=top.path).exists()
    assert guests_of(cloud) == {}
    assert not Instance.objects.exists()
    assert in_use() == before


def test_a_project_leaves_its_members_what_is_theirs():
    who, cloud = make_personas(), make_cloud()
    own = deployed(cloud, who.user)
    project = make_project(who.user)
    deployed(cloud, caller_in_project(who.user, project))
    job = run_job(projects.delete(who.user, project))
    assert job.state == job_states.DONE, job.message
    assert set(guests_of(cloud)) == {own.uuid}
    assert limits_recount.find_drift(COUNTED) == []


@pytest.mark.parametrize("verb", ["account", "project"])
def test_what_is_shut_is_stopped(verb):
    who, cloud = make_personas(), make_cloud()
    project = make_project(who.user)
    instances = {
        "account": deployed(cloud, who.user),
        "project": deployed(cloud, caller_in_project(who.user, project)),
    }
    shut = {
        "account": lambda: account_states.disable(who.domain_admin, account_of(who.user)),
        "project": lambda: projects.suspend(who.user, project),
    }
    shut[verb]()
    run_jobs()
    states = {name: Instance.objects.get(pk=one.pk).state for name, one in instances.items()}
    assert states.pop(verb) == "stopped"
    assert set(states.values()) == {"running"}
