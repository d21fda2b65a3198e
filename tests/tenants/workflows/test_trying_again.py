"""Deletions of accounts, projects and domains that are tried again: what would be refused as a new one is refused."""

import pytest

from cloudportal.core.errors import Conflict, NotPermitted
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from storage.models import Volume
from tenants import states
from tenants.models import Account, Domain, Project
from tenants.services import account_states, departures, domains, projects
from tenants.services.departures import Holdings
from tests.support.factories import (
    account_of,
    caller,
    make_account,
    make_domain,
    make_personas,
    make_project,
    make_role,
    make_user,
)
from tests.support.factories_infra import make_zone
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return make_personas()


@pytest.fixture(autouse=True)
def protected(monkeypatch):
    """A room above whose things are all protected."""

    def of(accounts):
        return Volume.objects.filter(account__in=accounts)

    monkeypatch.setattr(departures, "_registered", {})
    departures.register(Holdings("treasures", 100, of=of, remove=lambda caller, row: row.delete(), kept=of))


def cancelled(who, job):
    job = run_job(jobs.abort(who.root_admin, job))
    assert job.state == "cancelled"
    return job


def own(account):
    Volume.objects.create(account=account, zone=make_zone(), name="treasure", size_bytes=1)


def refusal_of(caller, job, kind):
    with pytest.raises(kind) as refusal:
        jobs.retry(caller, job)
    assert Job.objects.count() == 1
    return refusal.value.detail


def test_an_account_whose_things_were_protected_since_stays(who):
    account = account_of(who.user)
    job = cancelled(who, account_states.delete(who.domain_admin, account))
    own(account)
    assert "protected" in refusal_of(who.domain_admin, job, Conflict)
    assert Account.objects.get(pk=account.pk).state == states.DISABLED


def test_an_account_that_may_do_more_by_now_is_not_deleted_by_those_who_may_do_less(who):
    account = account_of(who.user)
    job = cancelled(who, account_states.delete(who.domain_admin, account))
    Account.objects.filter(pk=account.pk).update(role=account_of(who.root_admin).role)
    refusal_of(who.domain_admin, job, NotPermitted)
    assert run_job(jobs.retry(who.root_admin, job)).state == "done"


def test_a_project_whose_things_were_protected_since_stays(who):
    project = make_project(who.user)
    job = cancelled(who, projects.delete(who.user, project))
    own(project.account)
    assert "protected" in refusal_of(who.root_admin, job, Conflict)
    assert Project.objects.filter(pk=project.pk).exists()


def test_what_came_since_into_an_empty_domain_does_not_go_unasked(who):
    domain = make_domain(who.domain)
    job = cancelled(who, domains.delete(who.domain_admin, domain))
    make_account(domain)
    assert "not empty" in refusal_of(who.domain_admin, job, Conflict)
    assert Domain.objects.filter(pk=domain.pk).exists()


def test_a_domain_that_is_to_go_with_everything_goes_with_what_came_since(who):
    domain = make_domain(who.domain)
    job = cancelled(who, domains.delete(who.domain_admin, domain, with_contents=True))
    make_account(domain)
    assert run_job(jobs.retry(who.domain_admin, job)).state == "done"
    assert not Domain.objects.filter(pk=domain.pk).exists()


@pytest.mark.parametrize("noun", ["account", "domain"])
def test_who_may_not_delete_does_not_by_trying_again(who, noun):
    begin = {
        "account": lambda: account_states.delete(who.domain_admin, account_of(who.user)),
        "domain": lambda: domains.delete(who.domain_admin, make_domain(who.domain)),
    }
    job = cancelled(who, begin[noun]())
    role = make_role((f"-{noun}.delete", "*"), kind="domain-admin")
    assert "delete" in refusal_of(caller(make_user(make_account(who.domain, role))), job, NotPermitted)
