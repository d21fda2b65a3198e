"""Many who want the same name at the same moment: one gets it, the others are told so."""

from collections import Counter as Tally

import pytest

from tenants.services import accounts, domains, project_members, projects, roles, users
from tenants.services.accounts import NewAccount
from tenants.services.domains import NewDomain
from tenants.services.projects import NewProject
from tenants.services.roles import NewRole
from tenants.services.users import NewUser
from tests.support.factories import account_of, make_personas, make_project, role_named
from tests.support.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 8

CREATES = {
    "domain": lambda who: domains.create(who.domain_admin, who.domain, NewDomain("same")),
    "account": lambda who: accounts.create(
        who.domain_admin, who.domain, NewAccount("same", role_named("User").uuid)
    ),
    "user": lambda who: users.create(who.domain_admin, account_of(who.user), NewUser("same")),
    "project": lambda who: projects.create(who.user, NewProject("same")),
    "role": lambda who: roles.create(who.root_admin, NewRole("same", "user")),
}


@pytest.mark.parametrize("noun", list(CREATES))
def test_one_gets_the_name(noun):
    who = make_personas()
    answers = at_once(MANY, lambda number: CREATES[noun](who))
    kinds = Tally(type(answer).__name__ for answer in answers)
    assert kinds.pop("InvalidInput") == MANY - 1
    assert sum(kinds.values()) == 1
    assert kinds.keys() <= {"Domain", "Account", "User", "Project", "Role"}


def test_one_membership_comes_of_many_tries():
    who = make_personas()
    project = make_project(who.user)
    account = account_of(who.neighbour)
    answers = at_once(MANY, lambda number: project_members.add(who.domain_admin, project, account))
    assert Tally(type(answer).__name__ for answer in answers) == {"ProjectMember": 1, "Conflict": MANY - 1}


def test_of_two_admins_who_leave_at_once_one_stays():
    who = make_personas()
    project = make_project(who.user)
    other = project_members.add(
        who.domain_admin,
        project,
        account_of(who.neighbour),
        role_uuid=project.roles.get(name="Admin").uuid,
    )
    third = project_members.add(
        who.domain_admin,
        project,
        account_of(who.domain_admin),
        role_uuid=project.roles.get(name="Admin").uuid,
    )
    projects.hand_over(who.user, project, third)
    leaving = [(who.neighbour, other), (who.domain_admin, third), (who.user, project.members.first())]
    at_once(3, lambda number: project_members.remove(*leaving[number]))
    assert project.members.filter(role__is_admin=True).exists()
