"""A submitted job for each workflow on tenants; what must hold however often its worker dies."""

from django.core import mail

from tenants.models import Account, Domain, Invitation, Project, User
from tenants.services import account_states, domains, invitations, limits_recount, projects
from tests.faults.scenarios import Scenario
from tests.support.factories import (
    account_of,
    caller,
    make_account,
    make_caller,
    make_domain,
    make_project,
    make_root_admin,
    make_user,
)


def counters_are_right():
    assert not limits_recount.find_drift()


def delete_account():
    root = caller(make_root_admin())
    account = make_account()
    make_user(account)

    def check(job):
        left = Account.objects.filter(pk=account.pk)
        assert [one.state for one in left] == {"done": [], "failed": ["disabled"]}[job.state]
        assert User.objects.filter(account=account.pk).exists() == left.exists()
        counters_are_right()

    return Scenario(account_states.delete(root, account), check)


def delete_domain():
    root = caller(make_root_admin())
    domain = make_domain()
    make_user(make_account(make_domain(domain)))
    make_project(make_caller(domain))

    def check(job):
        left = Domain.objects.filter(path__startswith=domain.path)
        assert {one.state for one in left} == {"done": set(), "failed": {"enabled"}}[job.state]
        assert Account.objects.filter(domain__path__startswith=domain.path).exists() == left.exists()
        assert Project.objects.filter(domain__path__startswith=domain.path).exists() == left.exists()
        counters_are_right()

    return Scenario(domains.delete(root, domain, with_contents=True), check)


def delete_project():
    founder = make_caller()
    project = make_project(founder)

    def check(job):
        left = Project.objects.filter(pk=project.pk)
        assert [one.state for one in left] == {"done": [], "failed": ["suspended"]}[job.state]
        assert Account.objects.filter(pk=project.account_id).exists() == left.exists()
        assert Account.objects.filter(pk=account_of(founder).pk).exists()
        counters_are_right()

    return Scenario(projects.delete(founder, project), check)


def send_invitation():
    from cloudportal.jobs.models import Job

    founder = make_caller()
    invitation = invitations.invite(founder, make_project(founder), email="guest@example.org")

    def check(job):
        kept = Invitation.objects.get(pk=invitation.pk)
        assert kept.state == {"done": "pending", "failed": "revoked"}[job.state]
        assert not kept.sealed_token
        # A mail cannot be asked whether it went out, so a killed worker may send it again: the same link.
        assert {tuple(one.to) for one in mail.outbox} <= {("guest@example.org",)}

    return Scenario(Job.objects.get(subject_uuid=invitation.uuid), check)


SCENARIOS = {
    "account.delete": delete_account,
    "domain.delete": delete_domain,
    "project.delete": delete_project,
    "project.invitation.send": send_invitation,
}
