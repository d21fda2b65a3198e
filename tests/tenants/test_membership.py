"""A caller inside a project: what becomes theirs, what they see, and what binds them."""

import pytest

from cloudportal.core.errors import NotFound
from cloudportal.core.permissions import Rule
from tenants import queries
from tenants.membership import acting_on, caller_in_project
from tenants.models import Account, Project, User
from tests.support.factories import (
    account_of,
    caller,
    make_account,
    make_caller,
    make_member,
    make_personas,
    make_project,
    make_role,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_inside_a_project_new_things_are_the_projects():
    who = make_personas()
    project = make_project(who.user)
    inside = caller_in_project(who.user, project)
    assert inside.owner.account_id == project.account_id
    assert inside.home == who.user.owner
    assert inside.project_uuid == project.uuid
    assert inside.user_id == who.user.user_id


def test_inside_a_project_even_admins_see_nothing_but_the_project():
    who = make_personas()
    project, other = make_project(who.user), make_project(who.neighbour)
    make_member(project, account=account_of(who.domain_admin))
    inside = caller_in_project(who.domain_admin, project)
    assert not inside.sees_subtree
    assert list(queries.projects_for(inside)) == [project]
    assert list(Account.objects.for_caller(inside)) == [project.account]
    with pytest.raises(NotFound):
        queries.project_for(inside, other.uuid)
    with pytest.raises(NotFound):
        caller_in_project(inside, other)


def test_strangers_do_not_get_in():
    who = make_personas()
    project = make_project(who.user)
    for stranger in (who.neighbour, who.other_domain_admin, who.domain_admin, who.root_admin):
        with pytest.raises(NotFound):
            caller_in_project(stranger, project)


def test_all_users_of_a_member_account_are_members():
    who = make_personas()
    project = make_project(who.user)
    colleague = caller(make_user(account_of(who.user)))
    assert caller_in_project(colleague, project).project_uuid == project.uuid


def test_a_users_own_membership_goes_before_their_accounts():
    who = make_personas()
    project = make_project(who.user)
    user = make_user(account_of(who.user))
    make_member(project, user=user, role="Member")
    assert not caller_in_project(caller(user), project).may("project.delete")
    assert caller_in_project(who.user, project).may("project.delete")


def test_a_members_user_alone_lets_no_colleague_in():
    who = make_personas()
    project = make_project(who.user)
    user = make_user(account_of(who.neighbour))
    make_member(project, user=user)
    assert caller_in_project(caller(user), project).project_uuid == project.uuid
    with pytest.raises(NotFound):
        caller_in_project(who.neighbour, project)


def test_both_roles_must_allow():
    who = make_personas()
    project = make_project(who.user)
    reader = make_caller(who.domain, "Read-Only User")
    make_member(project, account=account_of(reader), role="Admin")
    inside = caller_in_project(reader, project)
    assert inside.may("project.read")
    assert not inside.may("project.update")
    starter = make_caller(who.domain, make_role(["volume.*"]))
    make_member(project, account=account_of(starter), role="Member")
    assert caller_in_project(starter, project).may("volume.create")
    assert not caller_in_project(starter, project).may("instance.start")


def test_a_token_stays_as_narrow_inside():
    who = make_personas()
    project = make_project(who.user)
    user = User.objects.get(pk=who.user.user_id)
    inside = caller_in_project(caller(user, scope=(Rule("volume.read", True),)), project)
    assert inside.may("volume.read")
    assert not inside.may("volume.create")


def test_whoever_left_is_a_stranger():
    who = make_personas()
    project = make_project(who.user)
    member = make_member(project, account=account_of(who.neighbour))
    assert caller_in_project(who.neighbour, project)
    member.delete()
    with pytest.raises(NotFound):
        caller_in_project(who.neighbour, project)
    assert project not in queries.projects_for(who.neighbour)


def test_admins_of_the_domain_act_from_outside():
    who = make_personas()
    project = make_project(who.user)
    assert acting_on(who.domain_admin, project) is who.domain_admin
    assert acting_on(who.root_admin, project) is who.root_admin
    for stranger in (who.neighbour, who.other_domain_admin):
        with pytest.raises(NotFound):
            acting_on(stranger, project)


def test_entering_twice_changes_nothing():
    who = make_personas()
    project = make_project(who.user)
    inside = caller_in_project(who.user, project)
    assert caller_in_project(inside, project) is inside


def test_what_is_owned_by_a_project_is_not_the_members_own():
    who = make_personas()
    project = make_project(who.user)
    make_account(who.domain)
    assert project.account not in queries.accounts_for(who.user)
    assert project.account not in queries.accounts_for(who.domain_admin)
    assert Project.objects.for_caller(who.user).get() == project
