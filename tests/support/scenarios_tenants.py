"""A world and a question for every workflow of the tenants."""

from django.core import mail

from cloudportal.events.models import Event
from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Job
from tenants import states
from tenants.models import Account, Counter, Domain, Invitation, Project, SettingValue, User
from tenants.queries.settings import account_key, domain_key
from tenants.services import account_states, domains, invitations, projects
from tests.faults.scenarios import Scenario
from tests.support.factories import (
    caller_for,
    make_account,
    make_domain,
    make_member,
    make_personas,
    make_project,
    make_user,
    used_by,
)


def set_something(key):
    SettingValue.objects.create(name="project.users_may_create", key=key, value=False)


def events_of(job, event_type):
    return Event.objects.filter(type=event_type, job_uuid=job.uuid, level="info").count()


def account_with_belongings(domain):
    """An account with users, a setting and a membership."""
    account = make_account(domain)
    make_user(account)
    make_user(account)
    set_something(account_key(account.pk))
    make_member(make_project(caller_for(make_account(domain))), account)
    return account


def delete_account():
    who = make_personas()
    account = account_with_belongings(who.domain)
    job = account_states.delete(who.domain_admin, account)

    def check(job):
        is_done = job.state == job_states.DONE
        left = Account.objects.filter(pk=account.pk)
        assert [one.state for one in left] == ([] if is_done else [states.DISABLED])
        assert User.objects.filter(account_id=account.pk).count() == (0 if is_done else 2)
        counters = Counter.objects.filter(level=Counter.ACCOUNT, owner_id=account.pk)
        assert counters.exists() is not is_done
        assert SettingValue.objects.filter(key=account_key(account.pk)).exists() is not is_done
        assert events_of(job, "ACCOUNT.DELETE") == int(is_done)

    return Scenario(job, check)


def delete_project():
    who = make_personas()
    project = make_project(who.user)
    founder = Account.objects.get(pk=project.founder_id)
    make_member(project)
    job = projects.delete(who.user, project)

    def check(job):
        is_done = job.state == job_states.DONE
        left = Project.objects.filter(pk=project.pk)
        assert [one.state for one in left] == ([] if is_done else [states.SUSPENDED])
        owners = Account.objects.filter(pk=project.account_id)
        assert [one.state for one in owners] == ([] if is_done else [states.DISABLED])
        assert used_by(founder, "projects") == int(not is_done)
        assert events_of(job, "PROJECT.DELETE") == int(is_done)

    return Scenario(job, check)


def delete_domain():
    who = make_personas()
    top = make_domain(who.domain)
    below = make_domain(top)
    account_with_belongings(below)
    set_something(domain_key(below.pk))
    job = domains.delete(who.domain_admin, top, with_contents=True)

    def check(job):
        is_done = job.state == job_states.DONE
        left = Domain.objects.filter(path__startswith=top.path)
        assert {one.state for one in left} == (set() if is_done else {states.ENABLED})
        accounts = Account.objects.filter(domain__path__startswith=top.path)
        assert {one.state for one in accounts} == (set() if is_done else {states.DISABLED})
        assert SettingValue.objects.filter(key=domain_key(below.pk)).exists() is not is_done
        assert used_by(who.domain, "projects") == int(not is_done)
        assert events_of(job, "DOMAIN.DELETE") == int(is_done)

    return Scenario(job, check)


def send_invitation():
    who = make_personas()
    mail.outbox = []
    invitation = invitations.invite(who.user, make_project(who.user), email="ann@example.org")
    token = invitation.sealed_token
    job = Job.objects.get(subject_uuid=invitation.uuid)

    def check(job):
        is_done = job.state == job_states.DONE
        left = Invitation.objects.get(pk=invitation.pk)
        assert left.state == (states.PENDING if is_done else states.REVOKED)
        assert left.sealed_token == ""
        assert all(token in one.body for one in mail.outbox)

    return Scenario(job, check)


SCENARIOS = {
    "account.delete": delete_account,
    "domain.delete": delete_domain,
    "project.delete": delete_project,
    "project.invitation.send": send_invitation,
}
