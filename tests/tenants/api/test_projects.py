"""Projects, their members, roles and invitations at the REST door."""

import pytest

from tenants import states
from tenants.api.projects import INVITATIONS, MEMBERS, PROJECT_ROLES, PROJECTS
from tenants.models import Invitation, Project
from tenants.services import invitations, project_members, project_roles, projects
from tenants.services.projects import NewProject
from tests.support import factories
from tests.support.clients import RestClient
from tests.support.suites.rest import (
    AnswersWithJob,
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)


class Ours(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    reader = writer = "user"

    def found(self, name=None):
        return projects.create(self.personas.user, NewProject(name or factories.numbered("project")))


class InProject(Ours):
    def prepare(self):
        self.project = self.found()

    def parents(self):
        return (self.project.uuid,)

    def role(self, name):
        return self.project.roles.get(name=name)


class TestProjects(Ours, RefusesWrongState, AnswersWithJob):
    resource = PROJECTS
    table = states.PROJECT
    missing = {"name": "none", "search": "none", "state": "suspended"}

    def prepare(self):
        account = factories.account_of(self.personas.user)
        factories.Counter.objects.filter(owner_id=account.pk, level="account").update(maximum=None)

    def make(self, number=0):
        return self.found()

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "enabled",
            "domain": row.domain.uuid,
            "founder": row.founder.uuid,
        }


class TestMembers(InProject):
    resource = MEMBERS

    def make(self, number=0):
        user = factories.make_user(factories.make_account(self.personas.domain))
        member = self.role("Member")
        return project_members.join(self.personas.user, self.project, user.account, member, user=user)

    def matching(self, row):
        return {"account": row.account.uuid, "user": row.user.uuid, "role": row.role.uuid}

    def test_a_member_sees_the_project_and_may_leave_it(self):
        member = self.make()
        client = RestClient(factories.caller(member.user))
        assert client.get(f"projects/{self.project.uuid}/").status_code == 200
        assert client.post(f"projects/{self.project.uuid}/leave/").status_code == 204
        assert client.get(f"projects/{self.project.uuid}/").status_code == 404

    def test_a_member_changes_nothing_of_the_project(self):
        member = self.make()
        client = RestClient(factories.caller(member.user))
        role = {"role": str(self.role("Admin").uuid)}
        assert client.patch(self.address_of(member), role).status_code == 403
        assert client.patch(f"projects/{self.project.uuid}/", {"name": "mine"}).status_code == 403

    def test_an_admin_gives_a_member_another_role(self):
        member = self.make()
        answer = self.client(self.writer).patch(
            self.address_of(member), {"role": str(self.role("Admin").uuid)}
        )
        assert (answer.status_code, answer.json()["role"]["name"]) == (200, "Admin")

    def test_a_role_of_another_project_cannot_be_given(self):
        member, other = self.make(), self.found()
        answer = self.client(self.writer).patch(
            self.address_of(member), {"role": str(other.roles.get(name="Admin").uuid)}
        )
        assert answer.status_code == 404


class TestProjectRoles(InProject):
    resource = PROJECT_ROLES
    missing = {"name": "none", "search": "none", "is_admin": "true", "is_builtin": "true"}

    def make(self, number=0):
        return project_roles.create(self.personas.user, self.project, name=factories.numbered("role"))

    def matching(self, row):
        return {"name": row.name, "search": row.name, "is_admin": "false", "is_builtin": "false"}

    def test_a_role_is_made_with_rules_that_can_be_replaced(self):
        client = self.client(self.writer)
        values = {"name": "Watchers", "rules": [{"pattern": "instance.read", "allows": True}]}
        made = client.post(self.address, values)
        assert made.status_code == 201, made.content
        address = f"{self.address}{made.json()['uuid']}/"
        changed = client.patch(address, {"rules": [{"pattern": "volume.read", "allows": True}]})
        assert [rule["pattern"] for rule in changed.json()["rules"]] == ["volume.read"]


class TestInvitations(InProject, RefusesWrongState):
    resource = INVITATIONS
    table = states.INVITATION
    missing = {"state": "revoked", "email": "nobody@example.org"}

    def make(self, number=0):
        address = f"{factories.numbered('guest')}@example.org"
        return invitations.invite(self.personas.user, self.project, email=address)

    def matching(self, row):
        return {"state": "pending", "email": row.email, "role": row.role.uuid}

    def test_the_token_is_shown_to_nobody(self):
        token = self.make().sealed_token
        answer = self.client(self.reader).get(self.address)
        assert token not in answer.content.decode()

    def test_whoever_it_is_for_becomes_a_member_by_the_token(self):
        user = factories.make_user(factories.make_account(self.personas.domain), email="ann@example.org")
        client = RestClient(factories.caller(user))
        invitation = invitations.invite(self.personas.user, self.project, email="ann@example.org")
        token = Invitation.objects.get(pk=invitation.pk).sealed_token.reveal()
        answer = client.post("invitations/accept/", {"token": token})
        assert (answer.status_code, answer.json()["user"]["uuid"]) == (200, str(user.uuid))
        assert client.post("invitations/accept/", {"token": token}).status_code == 404


@pytest.mark.django_db
def test_a_caller_acts_inside_the_project_that_the_request_names():
    personas = factories.make_personas()
    project = projects.create(personas.user, NewProject("together"))
    client = RestClient(personas.user)
    inside = client.get("projects/", X_Project=str(project.uuid))
    assert [one["uuid"] for one in inside.json()["results"]] == [str(project.uuid)]
    projects.create(personas.user, NewProject("another"))
    assert client.get("projects/", X_Project=str(project.uuid)).json()["count"] == 1
    assert client.get("projects/").json()["count"] == 2


@pytest.mark.django_db
@pytest.mark.parametrize("stranger", ["neighbour", "other_domain_admin"])
def test_nobody_acts_inside_the_project_of_strangers(stranger):
    personas = factories.make_personas()
    project = projects.create(personas.user, NewProject("together"))
    client = RestClient(getattr(personas, stranger))
    for name in (str(project.uuid), "7f1f3c1e-0000-4000-8000-000000000000", "no uuid"):
        assert client.get("events/", X_Project=name).status_code == 404
    assert Project.objects.count() == 1
