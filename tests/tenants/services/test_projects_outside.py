"""Projects that lie outside of what is deleted keep their founder and somebody who looks after them."""

import pytest

from cloudportal.core.errors import Conflict
from tenants import states
from tenants.models import Account
from tenants.services import account_states, domains, project_members, projects
from tests.support.factories import (
    account_of,
    make_account,
    make_domain,
    make_member,
    make_personas,
    make_project,
)

pytestmark = pytest.mark.django_db


def demoted(project):
    """The project's founder, who looks after it no longer."""
    member = project.members.get(account=project.founder)
    member.role = project.roles.get(name="Member")
    member.save(update_fields=["role"])
    return member


def test_a_domain_stays_while_a_project_outside_counts_against_it():
    who = make_personas()
    project, below = make_project(who.user, "web"), make_domain(who.domain)
    member = make_member(project, account=make_account(below), role="Admin")
    projects.hand_over(who.user, project, member)
    with pytest.raises(Conflict) as refusal:
        domains.delete(who.domain_admin, below, with_contents=True)
    assert "web" in refusal.value.detail
    below.refresh_from_db()
    assert below.state == states.ENABLED
    projects.hand_over(who.user, project, project.members.get(account=account_of(who.user)))
    domains.delete(who.domain_admin, below, with_contents=True)
    assert below.state == states.REMOVING


def test_a_domain_stays_while_it_has_the_only_admin_of_a_project_outside():
    who = make_personas()
    project, below = make_project(who.user, "web"), make_domain(who.domain)
    make_member(project, account=make_account(below), role="Admin")
    founder = demoted(project)
    with pytest.raises(Conflict) as refusal:
        domains.delete(who.domain_admin, below, with_contents=True)
    assert "web" in refusal.value.detail
    project_members.change_role(who.domain_admin, founder, project.roles.get(name="Admin").uuid)
    domains.delete(who.domain_admin, below, with_contents=True)
    assert below.state == states.REMOVING


def test_a_project_within_goes_with_its_domain():
    who = make_personas()
    below = make_domain(who.domain)
    account = make_account(below)
    project = projects.create(who.domain_admin, projects.NewProject("web"), founder=account)
    domains.delete(who.domain_admin, below, with_contents=True)
    project.refresh_from_db()
    assert project.state == states.REMOVING


def test_admins_who_go_one_after_the_other_do_not_count_on_each_other():
    who = make_personas()
    project, below = make_project(who.user), make_domain(who.domain)
    first, second = make_account(who.domain), make_account(below)
    kept = [make_member(project, account=one, role="Admin") for one in (first, second)][1]
    demoted(project)
    account_states.delete(who.domain_admin, first)
    for refused in (
        lambda: account_states.delete(who.domain_admin, second),
        lambda: domains.delete(who.domain_admin, below, with_contents=True),
        lambda: project_members.remove(who.domain_admin, kept),
    ):
        with pytest.raises(Conflict):
            refused()
    assert Account.objects.get(pk=second.pk).state == states.ENABLED
