"""Who belongs to a project."""

from uuid import uuid4

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.core.plans import planned
from cloudportal.events.models import Event
from tenants import queries
from tenants.membership import caller_in_project
from tenants.models import User
from tenants.services import project_members, projects
from tests.support.factories import (
    account_of,
    caller,
    make_account,
    make_domain,
    make_member,
    make_personas,
    make_project,
    make_user,
)

pytestmark = pytest.mark.django_db


def role_uuid(project, name):
    return project.roles.get(name=name).uuid


def test_a_domain_admin_adds_accounts_and_users():
    who = make_personas()
    project = make_project(who.user)
    whole = project_members.add(who.domain_admin, project, account_of(who.neighbour))
    other = make_user(make_account(who.domain))
    single = project_members.add(
        who.domain_admin, project, other.account, user=other, role_uuid=role_uuid(project, "Admin")
    )
    assert (whole.role.name, single.role.name) == ("Member", "Admin")
    types = set(Event.objects.values_list("type", flat=True))
    assert {"PROJECT.ACCOUNT.ADD", "PROJECT.USER.ADD"} <= types


def test_a_project_admin_adds_their_own_people_and_nobody_else():
    who = make_personas()
    project = make_project(who.user)
    colleague = make_user(account_of(who.user))
    member = project_members.add(who.user, project, account_of(who.user), user=colleague)
    assert member.user == colleague
    for stranger in (account_of(who.neighbour), account_of(who.other_domain_admin)):
        with pytest.raises(NotFound):
            project_members.add(who.user, project, stranger)


def test_a_user_of_another_account_is_not_smuggled_in():
    who = make_personas()
    project = make_project(who.user)
    stranger = User.objects.get(pk=who.neighbour.user_id)
    with pytest.raises(NotFound):
        project_members.add(who.user, project, account_of(who.user), user=stranger)


def test_nobody_is_a_member_twice():
    who = make_personas()
    project = make_project(who.user)
    project_members.add(who.domain_admin, project, account_of(who.neighbour))
    with pytest.raises(Conflict):
        project_members.add(who.domain_admin, project, account_of(who.neighbour))


def test_members_come_from_the_domain_and_below():
    who = make_personas()
    project = make_project(who.user)
    below = make_account(make_domain(who.domain))
    assert project_members.add(who.domain_admin, project, below).account == below
    with pytest.raises(InvalidInput):
        project_members.add(who.root_admin, project, account_of(who.other_domain_admin))


def test_a_role_of_another_project_is_not_found():
    who = make_personas()
    project, other = make_project(who.user), make_project(who.neighbour)
    for uuid in (role_uuid(other, "Admin"), uuid4()):
        with pytest.raises(NotFound):
            project_members.add(who.domain_admin, project, account_of(who.neighbour), role_uuid=uuid)


def test_a_suspended_project_takes_nobody():
    who = make_personas()
    project = make_project(who.user)
    projects.suspend(who.user, project)
    with pytest.raises(Conflict):
        project_members.add(who.domain_admin, project, account_of(who.neighbour))


def test_plain_members_add_and_remove_nobody():
    who = make_personas()
    project = make_project(who.user)
    make_member(project, account=account_of(who.neighbour))
    founder = project.members.get(account=project.founder)
    colleague = make_user(account_of(who.neighbour))
    with pytest.raises(NotPermitted):
        project_members.add(who.neighbour, project, colleague.account, user=colleague)
    with pytest.raises(NotPermitted):
        project_members.remove(who.neighbour, founder)
    with pytest.raises(NotPermitted):
        own = project.members.get(account=account_of(who.neighbour))
        project_members.change_role(who.neighbour, own, role_uuid(project, "Admin"))


def test_a_member_gets_another_role():
    who = make_personas()
    project = make_project(who.user)
    member = make_member(project, account=account_of(who.neighbour))
    project_members.change_role(who.user, member, role_uuid(project, "Admin"))
    assert caller_in_project(who.neighbour, project).may("project.update")


def test_the_last_admin_stays_one():
    who = make_personas()
    project = make_project(who.user)
    (only,) = project.members.all()
    with pytest.raises(Conflict):
        project_members.change_role(who.user, only, role_uuid(project, "Member"))
    with pytest.raises(Conflict):
        project_members.remove(who.user, only)
    with pytest.raises(Conflict):
        project_members.remove(who.root_admin, only)


def test_people_leave_by_themselves():
    who = make_personas()
    project = make_project(who.user)
    member = make_member(project, account=account_of(who.neighbour))
    project_members.remove(who.neighbour, member)
    assert project not in queries.projects_for(who.neighbour)
    assert Event.objects.filter(type="PROJECT.ACCOUNT.REMOVE").exists()


def test_a_user_leaves_for_themselves_alone():
    who = make_personas()
    project = make_project(who.user)
    user = make_user(account_of(who.neighbour))
    member = make_member(project, user=user)
    with pytest.raises(NotFound):
        project_members.remove(who.neighbour, member)
    project_members.remove(caller(user), member)
    assert not project.members.filter(user=user).exists()


def departure(one, project):
    (effect,) = planned(lambda: project_members.leave(one, project)).effects
    return effect["sentence"]


def test_that_a_whole_account_leaves_is_told_before_it_does():
    who = make_personas()
    project = make_project(who.user)
    account = account_of(who.neighbour)
    make_member(project, account=account)
    words = f"{account.name} leaves the project {project.name} with all of its users"
    assert departure(who.neighbour, project) == f"{words}."
    user = make_user(account)
    make_member(project, user=user)
    assert departure(who.neighbour, project) == f"{words} but those who are members themselves."
    assert departure(caller(user), project) == f"{user.username} leaves the project {project.name}."


def test_the_founder_hands_over_before_leaving():
    who = make_personas()
    project = make_project(who.user)
    other = make_member(project, account=account_of(who.neighbour), role="Admin")
    founder = project.members.get(account=project.founder)
    with pytest.raises(Conflict):
        project_members.remove(who.user, founder)
    projects.hand_over(who.user, project, other)
    founder.refresh_from_db()
    project_members.remove(who.user, founder)
    assert list(project.members.all()) == [other]


def test_members_are_found_by_members_and_admins_only():
    who = make_personas()
    project = make_project(who.user)
    (member,) = project.members.all()
    for caller_ in (who.user, who.domain_admin, caller_in_project(who.user, project)):
        assert queries.member_for(caller_, project, member.uuid) == member
    for stranger in (who.neighbour, who.other_domain_admin):
        with pytest.raises(NotFound):
            queries.member_for(stranger, project, member.uuid)
