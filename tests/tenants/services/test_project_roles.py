"""The roles of one project, which reach no further than the project and their maker."""

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.events.models import Event
from tenants import queries
from tenants.membership import caller_in_project
from tenants.services import project_members, project_roles
from tenants.services.rule_lines import Line
from tests.support.factories import account_of, caller_for, make_member, make_personas, make_project

pytestmark = pytest.mark.django_db

READING = (Line("*.read", True),)
DEPUTY = (
    Line("project.delete", False),
    Line("project-member.*", True),
    Line("project-role.*", True),
    Line("*.read", True),
)


def deputy_of(project, caller):
    """A member who may manage members and roles, and read."""
    role = project_roles.create(caller_for(project.founder), project, name="Deputy", rules=DEPUTY)
    make_member(project, account=account_of(caller), role=role.name)
    return role


def test_a_custom_role_binds_its_members():
    who = make_personas()
    project = make_project(who.user)
    role = project_roles.create(who.user, project, name="Readers", rules=READING)
    make_member(project, account=account_of(who.neighbour), role="Readers")
    inside = caller_in_project(who.neighbour, project)
    assert inside.may("volume.read")
    assert not inside.may("volume.create")
    project_roles.update(who.user, role, rules=[Line("volume.*", True)])
    assert caller_in_project(who.neighbour, project).may("volume.create")


def test_a_project_role_gives_nothing_that_the_account_may_not_do():
    who = make_personas()
    project = make_project(who.user)
    project_roles.create(who.user, project, name="Mighty", rules=[Line("*", True)])
    make_member(project, account=account_of(who.neighbour), role="Mighty")
    assert not caller_in_project(who.neighbour, project).may("zone.create")


def test_rules_speak_of_actions_that_exist():
    who = make_personas()
    with pytest.raises(InvalidInput):
        project_roles.create(who.user, make_project(who.user), name="Odd", rules=[Line("dragon.fly", True)])


def test_nobody_makes_or_gives_a_role_that_may_more_than_they():
    who = make_personas()
    project = make_project(who.user)
    deputy_of(project, who.neighbour)
    with pytest.raises(NotPermitted):
        project_roles.create(who.neighbour, project, name="Mighty", rules=[Line("*", True)])
    own = project.members.get(account=account_of(who.neighbour))
    with pytest.raises(NotPermitted):
        project_members.change_role(who.neighbour, own, project.roles.get(name="Admin").uuid)
    assert project_roles.create(who.neighbour, project, name="Readers", rules=READING).name == "Readers"


def test_nobody_touches_those_who_may_more_than_they():
    who = make_personas()
    project = make_project(who.user)
    deputy_of(project, who.neighbour)
    mighty = project_roles.create(who.user, project, name="Mighty", rules=[Line("*", True)])
    with pytest.raises(NotPermitted):
        project_roles.update(who.neighbour, mighty, rules=READING)
    with pytest.raises(NotPermitted):
        project_members.remove(who.neighbour, project.members.get(account=project.founder))


def test_builtin_roles_stay_as_they_are():
    who = make_personas()
    project = make_project(who.user)
    for name in ("Admin", "Member"):
        role = project.roles.get(name=name)
        with pytest.raises(Conflict):
            project_roles.update(who.user, role, name="Mine")
        with pytest.raises(Conflict):
            project_roles.delete(who.user, role)


def test_names_are_unique_in_a_project_whatever_their_case():
    who = make_personas()
    project, other = make_project(who.user), make_project(who.neighbour)
    project_roles.create(who.user, project, name="Readers")
    with pytest.raises(InvalidInput):
        project_roles.create(who.user, project, name="readers")
    assert project_roles.create(who.neighbour, other, name="Readers").project == other


def test_a_role_in_use_is_kept():
    who = make_personas()
    project = make_project(who.user)
    role = project_roles.create(who.user, project, name="Readers", rules=READING)
    member = make_member(project, account=account_of(who.neighbour), role="Readers")
    with pytest.raises(Conflict):
        project_roles.delete(who.user, role)
    member.delete()
    project_roles.delete(who.user, role)
    assert not project.roles.filter(name="Readers").exists()


def test_changes_are_events_of_the_project():
    who = make_personas()
    project = make_project(who.user)
    role = project_roles.create(who.user, project, name="Readers", rules=READING)
    project_roles.update(who.user, role, name="Viewers")
    project_roles.delete(who.user, role)
    events = Event.objects.filter(type__startswith="PROJECT.ROLE.").order_by("id")
    assert [event.type.rsplit(".", 1)[1] for event in events] == ["CREATE", "UPDATE", "DELETE"]
    assert {event.account_uuid for event in events} == {project.account.uuid}


def test_roles_of_other_projects_are_out_of_reach():
    # CVE-2026-66722: a domain admin who edits project roles in any domain.
    who = make_personas()
    project = make_project(who.user)
    role = project_roles.create(who.user, project, name="Readers", rules=READING)
    for stranger in (who.neighbour, who.other_domain_admin):
        for change in (
            lambda caller: project_roles.create(caller, project, name="Mine"),
            lambda caller: project_roles.update(caller, role, name="Mine"),
            lambda caller: project_roles.delete(caller, role),
            lambda caller: queries.project_role_for(caller, project, role.uuid),
        ):
            with pytest.raises(NotFound):
                change(stranger)
    assert queries.project_role_for(who.domain_admin, project, role.uuid) == role


def test_a_domain_admin_edits_the_roles_of_projects_below():
    who = make_personas()
    project = make_project(who.user)
    role = project_roles.create(who.domain_admin, project, name="Readers", rules=READING)
    assert project_roles.update(who.domain_admin, role, description="They read.").description == "They read."


def test_plain_members_edit_no_roles():
    who = make_personas()
    project = make_project(who.user)
    make_member(project, account=account_of(who.neighbour))
    with pytest.raises(NotPermitted):
        project_roles.create(who.neighbour, project, name="Mine")
