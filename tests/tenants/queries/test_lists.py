"""Who finds what, and that a list costs the same however long it is."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cloudportal.core.errors import NotFound
from tenants import queries
from tenants.services import invitations
from tests.support.factories import (
    account_of,
    caller,
    make_account,
    make_caller,
    make_domain,
    make_member,
    make_personas,
    make_project,
    make_role,
    make_user,
    role_named,
)

pytestmark = pytest.mark.django_db

FINDERS = {
    "domain": queries.domain_for,
    "account": queries.account_for,
    "user": queries.user_for,
    "project": queries.project_for,
    "invitation": queries.invitation_for,
}


def things_of(who):
    """One thing of each kind that belongs to the user."""
    project = make_project(who.user)
    return {
        "domain": who.domain,
        "account": account_of(who.user),
        "user": account_of(who.user).users.get(),
        "project": project,
        "invitation": invitations.invite(who.user, project, email="ann@example.org"),
    }


@pytest.mark.parametrize("noun", list(FINDERS))
@pytest.mark.parametrize("persona", ["user", "domain_admin", "root_admin", "read_only_admin"])
def test_those_to_whom_it_belongs_find_it(noun, persona):
    who = make_personas()
    thing = things_of(who)[noun]
    assert FINDERS[noun](getattr(who, persona), thing.uuid) == thing


@pytest.mark.parametrize("noun", [noun for noun in FINDERS if noun != "domain"])
@pytest.mark.parametrize("persona", ["neighbour", "other_domain_admin"])
def test_others_find_nothing_and_cannot_tell_it_from_what_is_not_there(noun, persona):
    who = make_personas()
    stranger = getattr(who, persona)
    thing = things_of(who)[noun]
    with pytest.raises(NotFound) as refusal:
        FINDERS[noun](stranger, thing.uuid)
    with pytest.raises(NotFound) as other:
        FINDERS[noun](stranger, nowhere := uuid4())
    assert refusal.value.detail.replace(str(thing.uuid), "") == other.value.detail.replace(str(nowhere), "")


@pytest.mark.parametrize("noun", list(FINDERS))
@pytest.mark.parametrize("nonsense", ["", "nonsense", "1", "' OR 1=1", None, 0])
def test_what_is_no_uuid_is_not_there_and_widens_nothing(noun, nonsense):
    # CVE-2025-30675: a domain id that could not be read fell back to ROOT.
    who = make_personas()
    with pytest.raises(NotFound):
        FINDERS[noun](who.root_admin, nonsense)


def test_a_domain_admin_sees_their_subtree_and_nothing_above_or_beside():
    who = make_personas()
    below = make_domain(who.domain)
    assert set(queries.domains_for(who.domain_admin)) == {who.domain, below}
    for domain in (who.other_domain, who.domain.parent):
        with pytest.raises(NotFound):
            queries.domain_for(who.domain_admin, domain.uuid)


def test_a_user_sees_their_own_domain_and_account_alone():
    who = make_personas()
    make_domain(who.domain)
    assert list(queries.domains_for(who.user)) == [who.domain]
    assert list(queries.accounts_for(who.user)) == [account_of(who.user)]


def test_paths_name_nothing_above_the_callers_domain():
    who = make_personas()
    top = make_domain(who.domain, "top")
    leaf = make_domain(top, "leaf")
    admin = make_caller(top, "Domain Admin")
    assert queries.domain_paths(admin, [leaf, top]) == {leaf.pk: "top/leaf", top.pk: "top"}
    whole = queries.domain_paths(who.root_admin, [leaf])
    assert whole == {leaf.pk: f"ROOT/{who.domain.name}/top/leaf"}


def test_roles_above_the_callers_kind_are_not_shown():
    who = make_personas()
    shown = {role.name for role in queries.roles_for(who.domain_admin)}
    assert {"User", "Domain Admin", "Read-Only User"} <= shown
    assert not {"Root Admin", "Resource Admin", "Read-Only Admin"} & shown


def test_only_roles_that_may_no_more_than_the_caller_can_be_given():
    who = make_personas()
    mighty, humble = make_role(["zone.*"], "user"), make_role(["instance.*"], "user")
    given = queries.assignable_roles_for(who.domain_admin)
    assert humble in given
    assert mighty not in given
    assert role_named("User") in given
    assert role_named("User") not in queries.assignable_roles_for(who.read_only_admin)


LISTS = {
    "domains": lambda who, project: [one.parent for one in queries.domains_for(who.root_admin)],
    "domain paths": lambda who, project: queries.domain_paths(
        who.root_admin, queries.domains_for(who.root_admin)
    ),
    "accounts": lambda who, project: [
        (one.domain.name, one.role.name) for one in queries.accounts_for(who.root_admin)
    ],
    "users": lambda who, project: [
        (one.is_active, one.is_staff, one.account.name, one.domain.name)
        for one in queries.users_for(who.root_admin)
    ],
    "roles": lambda who, project: [list(one.rules.all()) for one in queries.roles_for(who.root_admin)],
    "projects": lambda who, project: [
        (one.domain.name, one.account.owner, one.founder.name) for one in queries.projects_for(who.root_admin)
    ],
    "members": lambda who, project: [
        (one.name, one.role.name, one.account.domain.name)
        for one in queries.members_for(who.root_admin, project)
    ],
    "project roles": lambda who, project: [
        list(one.rules.all()) for one in queries.project_roles_for(who.root_admin, project)
    ],
    "invitations": lambda who, project: [
        (one.email, one.project.domain.name, one.role.name) for one in queries.invitations_for(who.root_admin)
    ],
}


def fill(project, times):
    for _ in range(times):
        account = make_account(make_domain())
        founder = caller(make_user(account))
        other = make_project(founder)
        invitations.invite(founder, other, email="ann@example.org")
        make_role()
        make_member(project)
        make_member(project, user=make_user(make_account(project.domain)))
        project.roles.create(name=f"role {project.roles.count()}")


@pytest.mark.parametrize("name", list(LISTS))
def test_a_long_list_costs_what_a_short_one_does(name):
    who = make_personas()
    project = make_project(who.user)
    fill(project, 1)
    with CaptureQueriesContext(
        connection,
    ) as short:
        LISTS[name](who, project)
    fill(project, 4)
    with CaptureQueriesContext(connection) as long:
        LISTS[name](who, project)
    assert len(long) == len(short) <= 2
