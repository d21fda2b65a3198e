"""Projects: making, editing, suspending and handing them over."""

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, LimitReached, NotFound, NotPermitted, WrongState
from cloudportal.events.models import Event
from tenants import queries, states
from tenants.membership import caller_in_project
from tenants.models import Account, Counter, Project
from tenants.queries.settings import Place
from tenants.resources import Resource
from tenants.services import limits, projects, settings
from tenants.services.limits_recount import find_drift
from tenants.services.projects import NewProject, ProjectChanges
from tests.support.factories import (
    account_of,
    caller_for,
    make_account,
    make_caller,
    make_domain,
    make_member,
    make_personas,
    make_project,
    used_by,
)

pytestmark = pytest.mark.django_db


def test_a_project_owns_through_an_account_of_its_own():
    who = make_personas()
    project = projects.create(who.user, NewProject("web", "Our shop"))
    assert project.account.is_project
    assert project.account.domain_id == project.domain_id == who.user.domain_id
    assert project.account.called == "The project web"
    counters = Counter.objects.filter(level=Counter.ACCOUNT, owner_id=project.account_id)
    assert counters.count() == len(Resource)


def test_whoever_makes_a_project_looks_after_it():
    who = make_personas()
    project = projects.create(who.user, NewProject("web"))
    (member,) = project.members.all()
    assert (member.account_id, member.role.name) == (who.user.owner.account_id, "Admin")
    assert {role.name for role in project.roles.all()} == {"Admin", "Member"}
    assert Event.objects.get(type="PROJECT.CREATE").account_uuid == project.account.uuid


def test_a_project_counts_against_its_founder_up_to_root(foundation):
    who = make_personas()
    projects.create(who.user, NewProject("web"))
    founder = account_of(who.user)
    assert used_by(founder, Resource.PROJECTS) == used_by(foundation, Resource.PROJECTS) == 1
    Counter.objects.filter(level=Counter.ACCOUNT, owner_id=founder.pk).update(maximum=1)
    with pytest.raises(LimitReached):
        projects.create(who.user, NewProject("another"))
    assert not Account.objects.filter(is_project=True, name__startswith="another").exists()


def test_a_domain_admin_makes_a_project_for_somebody():
    who = make_personas()
    project = projects.create(who.domain_admin, NewProject("web"), founder=account_of(who.user))
    assert project.founder_id == who.user.owner.account_id


@pytest.mark.parametrize("persona", ["user", "neighbour", "other_domain_admin"])
def test_others_make_no_project_for_somebody(persona):
    who = make_personas()
    with pytest.raises((NotFound, NotPermitted)):
        projects.create(getattr(who, persona), NewProject("web"), founder=account_of(who.domain_admin))
    assert not Project.objects.exists()


def test_a_setting_can_leave_projects_to_administrators():
    who = make_personas()
    settings.set_value(who.domain_admin, Place.of_domain(who.domain), "project.users_may_create", False)
    with pytest.raises(NotPermitted):
        projects.create(who.user, NewProject("web"))
    assert projects.create(who.domain_admin, NewProject("web")).name == "web"


def test_names_are_unique_in_a_domain_whatever_their_case():
    who = make_personas()
    projects.create(who.user, NewProject("Web"))
    with pytest.raises(InvalidInput) as refusal:
        projects.create(who.neighbour, NewProject("web"))
    assert "name" in refusal.value.fields
    assert projects.create(who.other_domain_admin, NewProject("web")).name == "web"


def test_an_account_may_be_called_as_a_project():
    who = make_personas()
    make_account(who.domain, name="web")
    assert projects.create(who.user, NewProject("web")).name == "web"


def test_renaming_renames_what_owns_for_it():
    who = make_personas()
    project = make_project(who.user)
    projects.update(who.user, project, ProjectChanges(name="shop", description="New"))
    project.refresh_from_db()
    assert (project.name, project.description, project.account.name) == ("shop", "New", "shop (project)")


@pytest.mark.parametrize(
    ("change", "options"),
    [
        (projects.update, [ProjectChanges(name="mine")]),
        (projects.suspend, []),
        (projects.activate, []),
        (projects.delete, []),
    ],
)
def test_members_leave_the_project_to_its_admins(change, options):
    who = make_personas()
    project = make_project(who.user)
    make_member(project, account=account_of(who.neighbour))
    for caller in (who.neighbour, caller_in_project(who.neighbour, project)):
        with pytest.raises(NotPermitted):
            change(caller, project, *options)


@pytest.mark.parametrize("verb", ["suspend", "delete"])
def test_strangers_do_not_know_the_project(verb):
    who = make_personas()
    project = make_project(who.user)
    for caller in (who.neighbour, who.other_domain_admin):
        with pytest.raises(NotFound):
            getattr(projects, verb)(caller, project)
        with pytest.raises(NotFound):
            queries.project_for(caller, project.uuid)


def test_nothing_new_in_a_suspended_project():
    who = make_personas()
    project = make_project(who.user)
    projects.suspend(who.user, project)
    with pytest.raises(WrongState) as refusal:
        limits.reserve(project.account, {Resource.VOLUMES: 1})
    assert "project is suspended" in refusal.value.detail
    projects.activate(who.user, project)
    limits.reserve(project.account, {Resource.VOLUMES: 1})
    assert used_by(project.account, Resource.VOLUMES) == 1


def test_a_domain_admin_suspends_and_activates():
    who = make_personas()
    project = make_project(who.user)
    projects.suspend(who.domain_admin, project)
    assert Project.objects.get(pk=project.pk).state == states.SUSPENDED
    projects.activate(who.domain_admin, project)
    types = list(Event.objects.values_list("type", flat=True))
    assert types[:2] == ["PROJECT.ACTIVATE", "PROJECT.SUSPEND"]


def test_a_project_is_handed_over_with_its_count():
    who = make_personas()
    project = make_project(who.user)
    member = make_member(project, account=account_of(who.neighbour), role="Admin")
    projects.hand_over(who.user, project, member)
    assert used_by(account_of(who.user), Resource.PROJECTS) == 0
    assert used_by(account_of(who.neighbour), Resource.PROJECTS) == 1
    assert used_by(who.domain, Resource.PROJECTS) == 1


def test_a_project_is_not_handed_to_a_plain_or_foreign_member():
    who = make_personas()
    project, other = make_project(who.user), make_project(who.neighbour)
    plain = make_member(project, account=account_of(who.neighbour))
    for member in (plain, other.members.get()):
        with pytest.raises(InvalidInput):
            projects.hand_over(who.user, project, member)


def test_whoever_may_have_no_more_takes_no_project_over():
    who = make_personas()
    project = make_project(who.user)
    full = make_account(who.domain, maxima={Resource.PROJECTS: 0})
    member = make_member(project, account=full, role="Admin")
    with pytest.raises(LimitReached):
        projects.hand_over(who.user, project, member)
    assert used_by(account_of(who.user), Resource.PROJECTS) == 1


def test_a_project_is_handed_over_by_one_of_two():
    who = make_personas()
    project = make_project(who.user)
    first = make_member(project, account=account_of(who.neighbour), role="Admin")
    second = make_member(project, role="Admin")
    stale = Project.objects.select_related("founder__domain").get(pk=project.pk)
    projects.hand_over(who.user, project, first)
    with pytest.raises(Conflict):
        projects.hand_over(who.user, stale, second)
    assert Project.objects.get(pk=project.pk).founder_id == first.account_id
    assert find_drift([Resource.PROJECTS]) == []


def test_a_project_that_is_being_deleted_is_not_handed_over():
    who = make_personas()
    project = make_project(who.user)
    member = make_member(project, account=account_of(who.neighbour), role="Admin")
    stale = Project.objects.select_related("founder__domain").get(pk=project.pk)
    projects.delete(who.user, project)
    with pytest.raises(Conflict):
        projects.hand_over(who.user, stale, member)
    assert find_drift([Resource.PROJECTS]) == []


def test_a_new_name_has_to_be_free_where_the_project_is():
    who = make_personas()
    project = make_project(who.user)
    below = make_account(make_domain(who.domain))
    projects.hand_over(who.user, project, make_member(project, account=below, role="Admin"))
    make_project(who.neighbour, "Taken")
    make_project(caller_for(below), "free")
    with pytest.raises(InvalidInput):
        projects.update(who.user, project, ProjectChanges(name="taken"))
    project.refresh_from_db()
    assert projects.update(who.user, project, ProjectChanges(name="free")).name == "free"


def test_read_only_admins_see_and_change_nothing(foundation):
    who = make_personas()
    project = make_project(who.user)
    reader = make_caller(who.domain, "Read-Only Domain Admin")
    assert project in queries.projects_for(reader)
    with pytest.raises(NotPermitted):
        projects.suspend(reader, project)
