"""The pages of projects and invitations, and working inside a project."""

import pytest
from django.core import mail

from tenants.membership import caller_in_project
from tenants.models import Invitation, Project, ProjectMember
from tenants.portal import invitations, projects
from tenants.services import invitations as services
from tests.support import factories
from tests.support.factories_compute import make_cloud, submit_deployment
from tests.support.jobs import run_jobs
from tests.support.pages import PageClient
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow

# Those that can be narrowed to what one account has.
ACCOUNT_LISTS = (
    "instances",
    "instance-snapshots",
    "volumes",
    "snapshots",
    "templates",
    "networks",
    "addresses",
    "user-data-list",
    "affinity-groups",
    "key-pairs",
)
CREATE, EDIT, INVITE, ADD_MEMBER, CHANGE_ROLE, REMOVE_MEMBER = projects.FORMS


class OwnProjects:
    def make(self, number=0):
        return factories.make_project(self.personas.user)


class TestProjectList(OwnProjects, ListsRows):
    page = projects.PROJECTS

    def test_the_empty_list_says_what_projects_are_for(self):
        page = self.listed()
        assert projects.PROJECTS.about in page.text
        assert page.button("Create project")


class TestProjectPage(OwnProjects, ShowsRow):
    page = projects.PROJECT

    def test_members_are_offered_less_than_its_admins(self):
        project = self.make()
        factories.make_member(project, factories.account_of(self.personas.neighbour))
        admin, member = self.shown(project), self.shown(project, "neighbour")
        assert admin.button("Delete project")
        assert admin.button("Invite")
        assert member.status == 200
        assert member.button("Delete project") is None
        assert member.button("Invite") is None

    def test_working_in_it_shows_what_belongs_to_it_and_nothing_else(self):
        cloud = make_cloud()
        own = submit_deployment(cloud, self.personas.user, start=False)[0]
        project = self.make()
        browser = self.browser("user")
        inside = browser.post("project-enter", project.uuid)
        assert "You work in this project." in inside.text
        assert own.name not in browser.get("instances").text
        browser.post("instance-deploy", **self._wanted(cloud))
        assert "inside-1" in browser.get("instances").text
        outside = browser.post("project-step-out")
        assert "You work in this project." not in outside.text
        assert "inside-1" not in browser.get("instances").text
        assert own.name in browser.get("instances").text

    def _wanted(self, cloud):
        return {
            "template": str(cloud.template.uuid),
            "offering": str(cloud.offering.uuid),
            "zone": str(cloud.zone.uuid),
            "networks": [str(cloud.network.uuid)],
            "name": "inside-1",
        }

    def test_a_member_leaves_it_after_a_question(self):
        project = self.make()
        factories.make_member(project, factories.account_of(self.personas.neighbour))
        browser = self.browser("neighbour")
        assert browser.get("project", project.uuid).button("Leave")
        asked = browser.get("project-leave", project.uuid).text
        assert "no longer sees" in asked
        assert "with all of its users" in asked
        left = browser.agree("project-leave", project.uuid)
        assert (left.title, left.notices) == ("Projects", [f"You have left {project.name}."])
        assert browser.get("project", project.uuid).status == 404

    def test_whom_it_counts_against_is_told_why_they_cannot_leave(self):
        asked = self.browser("user").get("project-leave", self.make().uuid)
        assert asked.all(role="alert")
        assert not asked.all("input", name="agreed")

    def test_whoever_is_no_member_is_not_offered_to_leave(self):
        assert self.shown(self.make(), "domain_admin").button("Leave") is None

    def test_its_limits_lead_to_its_things_only_where_they_are_in_sight(self):
        project = self.make()
        submit_deployment(make_cloud(), caller_in_project(self.personas.user, project), start=False)
        address = f"/instances/?account={project.account.uuid}"
        browser = self.browser("user")
        assert not browser.get("project", project.uuid).all("a", href="/instances/?sort=-size")
        assert address in self.shown(project, "domain_admin").links
        browser.post("project-enter", project.uuid)
        assert browser.get("project", project.uuid).all("a", href="/instances/?sort=-size")

    def test_an_admin_of_a_domain_below_is_led_to_nothing_that_they_have_not(self):
        project = self.make()
        below = factories.make_account(factories.make_domain(self.personas.domain), "Domain Admin")
        factories.make_member(project, below)
        submit_deployment(make_cloud(), caller_in_project(self.personas.user, project), start=False)
        member = PageClient(factories.make_user(below)).get("project", project.uuid)
        admin = self.shown(project, "domain_admin")
        links = [one for one in member.links if str(project.account.uuid) in one]
        assert (links, member.button("Set a limit")) == ([], None)
        assert [one for one in admin.links if str(project.account.uuid) in one]
        assert admin.button("Set a limit")

    @pytest.mark.parametrize("route", ACCOUNT_LISTS)
    def test_lists_of_what_it_has_call_it_by_its_name(self, route):
        project = self.make()
        listed = self.browser("domain_admin").get(route, account=str(project.account.uuid))
        assert [one.text for one in listed.all(class_="chip-chosen")] == [f"Account: {project.name}"]
        other = self.browser("other_domain_admin").get(route, account=str(project.account.uuid))
        assert project.name not in other.text

    def test_a_stranger_cannot_work_in_it(self):
        project = self.make()
        assert self.browser("neighbour").send("project-enter", project.uuid).status_code == 404

    def test_who_is_removed_while_working_in_it_is_put_back_and_told(self):
        project = self.make()
        neighbour = factories.account_of(self.personas.neighbour)
        factories.make_member(project, neighbour)
        browser = self.browser("neighbour")
        browser.post("project-enter", project.uuid)
        ProjectMember.objects.filter(project=project, account=neighbour).delete()
        page = browser.get("home")
        assert "no longer in the project" in page.notices[0]
        assert "You work in this project." not in page.text

    def test_inside_a_project_an_admin_is_a_member_like_the_others(self):
        project = factories.make_project(self.personas.domain_admin)
        browser = self.browser("domain_admin")
        assert browser.get("home").one("nav", class_="menu").all("a", href="/accounts/")
        browser.post("project-enter", project.uuid)
        assert not browser.get("home").one("nav", class_="menu").all("a", href="/accounts/")


class TestCreatingProjects(FillsForm):
    page = CREATE

    def values(self):
        return {"name": "Shop", "description": "The new shop"}

    def check(self, page):
        assert page.title == "Shop"
        assert Project.objects.get(name="Shop").founder.pk == self.personas.user.owner.account_id


class AboutProject:
    nobody = "neighbour"

    def prepare(self):
        self.project = factories.make_project(self.personas.user)

    def parts(self):
        return (self.project.uuid,)


class TestEditingProjects(AboutProject, FillsForm):
    page = EDIT

    def values(self):
        return {"name": "Shop 2", "description": ""}

    def check(self, page):
        assert page.title == "Shop 2"


class TestInviting(AboutProject, FillsForm):
    page = INVITE

    def values(self):
        return {"email": "kurt@example.org", "role_uuid": ""}

    def check(self, page):
        assert "kurt@example.org" in page.text
        assert "pending" in page.text


class TestAddingMembers(AboutProject, FillsForm):
    page = ADD_MEMBER
    writer = "domain_admin"

    def values(self):
        return {"account_uuid": str(factories.account_of(self.personas.neighbour).uuid), "role_uuid": ""}

    def check(self, page):
        assert self.project.members.count() == 2


class TestChangingRoles(AboutProject, FillsForm):
    page = CHANGE_ROLE

    def prepare(self):
        super().prepare()
        self.member = factories.make_member(self.project, factories.make_account(self.personas.domain))

    def values(self):
        return {
            "member": str(self.member.uuid),
            "role_uuid": str(self.project.roles.get(is_admin=True).uuid),
        }

    def check(self, page):
        self.member.refresh_from_db()
        assert self.member.role.is_admin


class TestRemovingMembers(AboutProject, FillsForm):
    page = REMOVE_MEMBER

    def prepare(self):
        super().prepare()
        self.member = factories.make_member(self.project, factories.make_account(self.personas.domain))

    def values(self):
        return {"member": str(self.member.uuid)}

    def check(self, page):
        assert not ProjectMember.objects.filter(pk=self.member.pk).exists()


class TestInvitation(ShowsRow):
    page = invitations.INVITATION

    def prepare(self):
        self.project = factories.make_project(self.personas.user)

    def make(self, number=0):
        return services.invite(self.personas.user, self.project, email=f"kurt{number}@example.org")

    def rename(self, row, name):
        Invitation.objects.filter(pk=row.pk).update(invited_by=name)

    def invited(self):
        """Somebody of the same domain, and the address in the mail that they got."""
        user = factories.make_user(factories.make_account(self.personas.domain), email="kurt0@example.org")
        self.make()
        run_jobs()
        words = mail.outbox[-1].body.split()
        address = next(one for one in words if "/invitations/" in one)
        return PageClient(user), "/" + address.split("/", 3)[3]

    def test_the_mail_leads_to_a_page_that_asks_and_accepting_joins(self):
        browser, address = self.invited()
        page = browser.open(address)
        assert page.title == f"Join {self.project.name}?"
        assert self.project.members.count() == 1
        joined = browser.client.post(address, {"accept": ""})
        assert joined["Location"] == f"/projects/{self.project.uuid}/"
        assert self.project.members.count() == 2

    def test_declining_uses_it_up(self):
        browser, address = self.invited()
        browser.client.post(address, {"decline": ""})
        assert browser.open(address).status == 404
        assert self.project.members.count() == 1

    def test_it_is_nobody_elses(self):
        _, address = self.invited()
        assert self.browser("neighbour").open(address).status == 404

    def test_whoever_is_not_signed_in_comes_back_to_it(self):
        _, address = self.invited()
        answer = PageClient().client.get(address)
        assert answer["Location"].startswith("/sign-in/?next=%2Finvitations%2F")
