"""Projects: the list, one project with its members and invitations, and its forms."""

from typing import Any

from django import forms

from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.progress import progress_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import FormPage, PortalForm, about, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Part, Table
from cloudportal.portal.queries import Filter, name_in
from tenants import actions, queries, states
from tenants.membership import acting_on
from tenants.models import Invitation, Project, ProjectMember
from tenants.models.projects import member_keys
from tenants.portal.limits import figures_of, set_limit
from tenants.services import invitations, project_members, projects
from tenants.services.projects import NewProject, ProjectChanges

STATES = (states.ENABLED, states.SUSPENDED, states.REMOVING)
MOST = 100


def _may(action: Action) -> Any:
    """Whether the caller's place in the project allows the action; members have less than its admins."""

    def may(caller: Caller, project: Project) -> bool:
        try:
            return acting_on(caller, project).may(action.name)
        except NotFound:
            return False

    return may


def _may_leave(caller: Caller, project: Project) -> bool:
    return getattr(project, "is_member", False) and _may(actions.LEAVE_PROJECT)(caller, project)


class ProjectForm(PortalForm):
    """A project's name and what it is for."""

    name = forms.CharField(max_length=80)
    description = forms.CharField(required=False, max_length=255, help_text="What it is for, in a few words.")

    def shape(self) -> None:
        """Begins with the project's values."""
        if self.row is not None:
            self.initial = {"name": self.row.name, "description": self.row.description}


class InviteForm(PortalForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(label="E-mail", help_text="Only whoever has this address can accept.")
    role_uuid = forms.ChoiceField(label="As", required=False)

    def shape(self) -> None:
        """Offers the project's roles, the humble one first."""
        self.offer("role_uuid", _roles(self.caller, self.row))


class AddMemberForm(PortalForm):
    """An account that joins at once."""

    account_uuid = forms.ChoiceField(label="Account")
    role_uuid = forms.ChoiceField(label="As", required=False)

    def shape(self) -> None:
        """Offers the accounts that the caller may see, and the project's roles."""
        rows = queries.accounts_for(self.caller)[:MOST]
        self.offer("account_uuid", [(str(row.uuid), f"{row.domain.name} / {row.name}") for row in rows])
        self.offer("role_uuid", _roles(self.caller, self.row))


class MemberForm(PortalForm):
    """One of the members."""

    member = forms.ChoiceField()

    def shape(self) -> None:
        """Offers the members."""
        found = queries.members_for(self.caller, self.row)[:MOST]
        self.offer("member", [(str(one.uuid), f"{one.name}, {one.role.name}") for one in found])


class MemberRoleForm(MemberForm):
    """One of the members, and another role."""

    role_uuid = forms.ChoiceField(label="Is from now on")

    def shape(self) -> None:
        """Offers the roles too."""
        super().shape()
        self.offer("role_uuid", _roles(self.caller, self.row))


def _roles(caller: Caller, project: Project) -> list[tuple[str, str]]:
    rows = sorted(queries.project_roles_for(caller, project), key=lambda role: role.is_admin)
    return [(str(role.uuid), role.name) for role in rows]


def _create(caller: Caller, row: None, values: dict[str, Any]) -> Project:
    return projects.create(caller, NewProject(**values))


def _edit(caller: Caller, project: Project, values: dict[str, Any]) -> Project:
    return projects.update(caller, project, ProjectChanges(**values))


def _invite(caller: Caller, project: Project, values: dict[str, Any]) -> Invitation:
    return invitations.invite(caller, project, email=values["email"], role_uuid=values["role_uuid"] or None)


def _add_member(caller: Caller, project: Project, values: dict[str, Any]) -> ProjectMember:
    account = queries.account_for(caller, values["account_uuid"])
    return project_members.add(caller, project, account, role_uuid=values["role_uuid"] or None)


def _change_role(caller: Caller, project: Project, values: dict[str, Any]) -> ProjectMember:
    member = queries.member_for(caller, project, values["member"])
    return project_members.change_role(caller, member, values["role_uuid"])


def _remove_member(caller: Caller, project: Project, values: dict[str, Any]) -> ProjectMember:
    member = queries.member_for(caller, project, values["member"])
    project_members.remove(caller, member)
    return member


def _limits(caller: Caller, project: Project) -> dict[str, Any] | None:
    """What the project has and may still have, for its members as for the domain's admins."""
    if not caller.may(actions.READ_LIMIT.name):
        return None
    found = queries.limits_for(acting_on(caller, project), project.account)
    change = set_limit(caller, project, "project-limit")
    return {"figures": figures_of(caller, project.account, found), "change": change}


def _membership(caller: Caller, project: Project) -> None:
    """Says in `is_member` whether the caller can work inside the project."""
    members = queries.members_for(caller, project).filter(key__in=member_keys(caller))
    project.is_member = members.exists()  # type: ignore[attr-defined]


PROJECTS = ListPage(
    route="projects",
    path="projects/",
    title="Projects",
    nouns="projects",
    icon="project",
    rows=queries.projects_for,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "project", row.uuid), sort="name"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("about", "For", "description", on_phone=False),
        Column("domain", "Domain", "domain.name", sort="domain__path"),
        Column("founder", "Counts against", "founder.name", sort="founder__name", on_phone=False),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="In a project, people from several accounts share instances, disks and networks.",
    search=("name", "description", "domain__name"),
    filters=(
        Filter("state", "State", "state", lambda caller: [(one, one) for one in STATES]),
        Filter("account", "Counts against", "founder__uuid", called=name_in(queries.accounts_for)),
    ),
    create=PageLink("Create project", "project-add", actions.CREATE_PROJECT),
)
PROJECT = DetailPage(
    route="project",
    path="projects/",
    noun="project",
    row=queries.project_for,
    parent="projects",
    parent_label="Projects",
    summary=lambda project: project.description,
    template="tenants/project.html",
    prepare=_membership,
    panels=(
        progress_panel(),
        Table(
            "Members",
            lambda caller, row: queries.members_for(caller, row)[:MOST],
            (
                Column("name", "Member", "name"),
                Column("kind", "Is", lambda one: "a user" if one.user_id else "a whole account"),
                Column("role", "Role", "role.name"),
                Column("since", "Since", lambda one: cells.moment(one.created_at), on_phone=False),
            ),
            empty="Nobody is in it.",
            add=RowLink(
                actions.CREATE_INVITATION,
                "project-invite",
                icon="mail",
                label="Invite",
                is_shown=_may(actions.CREATE_INVITATION),
            ),
        ),
        Table(
            "Invitations",
            lambda caller, row: (
                queries.invitations_for(caller, row)[:MOST]
                if caller.may(actions.READ_INVITATION.name)
                else []
            ),
            (
                Column("email", "To", lambda one: cells.link(one.email, "invitation", one.uuid)),
                Column("state", "State", lambda one: cells.state(one.state)),
                Column("role", "As", "role.name"),
                Column("until", "Until", lambda one: cells.moment(one.expires_at), on_phone=False),
            ),
        ),
        Part("Limits", "portal/panels/figures.html", _limits),
        Facts(
            "Project",
            (
                Fact("Domain", "domain.name"),
                Fact("Counts against", "founder.name"),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
            place="side",
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.ACTIVATE_PROJECT,
            projects.activate,
            icon="play",
            is_first=True,
            done="{name} is active again.",
            is_shown=_may(actions.ACTIVATE_PROJECT),
        ),
        RowLink(actions.UPDATE_PROJECT, "project-edit", icon="edit", is_shown=_may(actions.UPDATE_PROJECT)),
        RowLink(actions.ADD_MEMBER, "project-member-add", icon="plus", is_shown=_may(actions.ADD_MEMBER)),
        RowLink(
            actions.UPDATE_MEMBER, "project-member-role", icon="role", is_shown=_may(actions.UPDATE_MEMBER)
        ),
        RowLink(
            actions.REMOVE_MEMBER, "project-member-remove", icon="close", is_shown=_may(actions.REMOVE_MEMBER)
        ),
        RowAction(
            actions.SUSPEND_PROJECT,
            projects.suspend,
            icon="stop",
            done="{name} is suspended.",
            is_shown=_may(actions.SUSPEND_PROJECT),
        ),
        RowAction(
            actions.LEAVE_PROJECT,
            project_members.leave,
            icon="sign-out",
            done="You have left {name}.",
            goes_away=True,
            is_shown=_may_leave,
        ),
        RowAction(
            actions.DELETE_PROJECT,
            projects.delete,
            icon="trash",
            done="{name} is being deleted.",
            is_shown=_may(actions.DELETE_PROJECT),
        ),
    ),
)


def _about_project(verb: str, title: str, action: Action, form: type[PortalForm], **options: Any) -> FormPage:
    """A form about a project that goes back to its page."""
    return about(
        PROJECT,
        verb,
        title=title,
        action=action,
        form=form,
        next=lambda result: PROJECT.address(result.project),
        **options,
    )


FORMS = (
    adding(
        PROJECT,
        title="Create a project",
        action=actions.CREATE_PROJECT,
        form=ProjectForm,
        submit=_create,
        button="Create project",
    ),
    editing(PROJECT, action=actions.UPDATE_PROJECT, form=ProjectForm, submit=_edit),
    _about_project(
        "invite",
        "Invite to {name}",
        actions.CREATE_INVITATION,
        InviteForm,
        submit=_invite,
        button="Send invitation",
        done=lambda invitation: f"The invitation to {invitation.email} is on its way.",
    ),
    _about_project(
        "member-add",
        "Add a member to {name}",
        actions.ADD_MEMBER,
        AddMemberForm,
        submit=_add_member,
        button="Add member",
        done=lambda member: f"{member.name} is a member now.",
    ),
    _about_project(
        "member-role",
        "Change a member's role in {name}",
        actions.UPDATE_MEMBER,
        MemberRoleForm,
        submit=_change_role,
        button="Change role",
        done=lambda member: f"{member.name} is {member.role.name} now.",
    ),
    _about_project(
        "member-remove",
        "Remove a member from {name}",
        actions.REMOVE_MEMBER,
        MemberForm,
        submit=_remove_member,
        button="Remove member",
        done=lambda member: f"{member.name} is no longer a member.",
        note="They no longer see what the project owns; what they made there stays.",
    ),
)

menu.entry("Projects", "projects", icon="project", section="Resources", order=60, action=actions.READ_PROJECT)
subjects.shown_at("project", "project")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *PROJECTS.urls(), *PROJECT.urls()]
