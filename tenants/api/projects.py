"""Projects, their members, roles and invitations at the REST door."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from cloudportal.api.calls import into, working
from cloudportal.api.filters import FLAG, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Password, Reference, RowShape, Text, Values
from cloudportal.api.singles import change
from cloudportal.core.caller import Caller
from tenants import actions, queries, states
from tenants.api.roles import RuleShape, RuleValues
from tenants.membership import caller_in_project
from tenants.models import Invitation, Project, ProjectMember, ProjectRole
from tenants.services import invitations, project_members, project_roles, projects
from tenants.services.projects import NewProject, ProjectChanges
from tenants.services.rule_lines import Line

STATES = tuple(sorted(states.PROJECT.states))
INVITATION_STATES = tuple(sorted(states.INVITATION.states))


class ProjectShape(RowShape):
    """Things owned in common by several accounts."""

    name = serializers.CharField()
    description = serializers.CharField()
    domain = NamedShape()
    founder = NamedShape(help_text="The account whose limit of projects this one counts against.")
    state = serializers.ChoiceField(choices=STATES)


class EditProject(Values):
    """What may be changed about a project."""

    name = Text(max_length=80)
    description = Text(required=False, allow_blank=True)


class CreateProject(EditProject):
    """A project as its founder wants it; `account` founds it where it is not the caller's own."""

    account = Reference(required=False)


class HandOver(Values):
    """Who the project counts against from now on."""

    member = Reference()


class MemberShape(RowShape):
    """An account in a project, or one user of it alone."""

    name = serializers.CharField()
    account = NamedShape()
    user = NamedShape(allow_null=True)
    role = NamedShape()


class EditMember(Values):
    """A member's place in the project."""

    role = Reference()


class AddMember(Values):
    """Who becomes a member; without `user`, everybody who signs in for the account."""

    account = Reference()
    user = Reference(required=False)
    role = Reference(source="role_uuid", required=False)


class ProjectRoleShape(RowShape):
    """What a member may do in one project."""

    name = serializers.CharField()
    description = serializers.CharField()
    is_admin = serializers.BooleanField()
    is_builtin = serializers.BooleanField()
    rules = RuleShape(many=True)


class EditProjectRole(Values):
    """What may be changed about a project's role."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)
    rules = serializers.ListField(child=RuleValues(), max_length=500, required=False)


class InvitationShape(RowShape):
    """A place in a project, offered by mail. Its token is in the mail and nowhere else."""

    project = NamedShape()
    role = NamedShape()
    email = serializers.CharField()
    state = serializers.ChoiceField(choices=INVITATION_STATES)
    invited_by = serializers.CharField()
    expires_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class Invite(Values):
    """Whom to invite, and as what."""

    email = Text(max_length=254)
    role = Reference(source="role_uuid", required=False)


class InvitationToken(Values):
    """The token from the mail."""

    token = Password(max_length=100)


def in_project(caller: Caller, uuid: str) -> Caller:
    """The caller inside the project that the request's X-Project names. Raises NotFound."""
    return caller_in_project(caller, queries.project_for(caller, uuid))


def _create(caller: Caller, values: dict[str, Any]) -> Project:
    uuid = values.pop("account", None)
    founder = queries.account_for(caller, uuid) if uuid else None
    return projects.create(caller, NewProject(**values), founder=founder)


def _hand_over(caller: Caller, project: Project, values: dict[str, Any]) -> Project:
    return projects.hand_over(caller, project, queries.member_for(caller, project, values["member"]))


def _members(caller: Caller, project: UUID) -> Any:
    return queries.members_for(caller, queries.project_for(caller, project))


def _member(caller: Caller, project: UUID, uuid: UUID) -> ProjectMember:
    return queries.member_for(caller, queries.project_for(caller, project), uuid)


def _add_member(caller: Caller, project: UUID, values: dict[str, Any]) -> ProjectMember:
    found = queries.project_for(caller, project)
    account = queries.account_for(caller, values["account"])
    user = queries.user_for(caller, values["user"]) if "user" in values else None
    return project_members.add(caller, found, account, user=user, role_uuid=values.get("role_uuid"))


def _edit_member(caller: Caller, member: ProjectMember, values: dict[str, Any]) -> ProjectMember:
    return project_members.change_role(caller, member, values["role"])


def _roles(caller: Caller, project: UUID) -> Any:
    return queries.project_roles_for(caller, queries.project_for(caller, project))


def _role(caller: Caller, project: UUID, uuid: UUID) -> ProjectRole:
    return queries.project_role_for(caller, queries.project_for(caller, project), uuid)


def _create_role(caller: Caller, project: UUID, values: dict[str, Any]) -> ProjectRole:
    return project_roles.create(caller, queries.project_for(caller, project), **_with_lines(values))


def _edit_role(caller: Caller, role: ProjectRole, values: dict[str, Any]) -> ProjectRole:
    return project_roles.update(caller, role, **_with_lines(values))


def _with_lines(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "rules": [Line(**one) for one in values["rules"]]} if "rules" in values else values


def _invitations(caller: Caller, project: UUID) -> Any:
    return queries.invitations_for(caller, queries.project_for(caller, project))


def _invitation(caller: Caller, project: UUID, uuid: UUID) -> Invitation:
    return queries.invitations_for(caller, queries.project_for(caller, project)).one(uuid)


def _invite(caller: Caller, project: UUID, values: dict[str, Any]) -> Invitation:
    return invitations.invite(caller, queries.project_for(caller, project), **values)


def _accept(caller: Caller, values: dict[str, Any]) -> ProjectMember:
    return invitations.accept(caller, values["token"])


def _decline(caller: Caller, values: dict[str, Any]) -> Invitation:
    return invitations.decline(caller, values["token"])


PROJECTS = Resource(
    path="projects",
    noun="project",
    shape=ProjectShape,
    read=actions.READ_PROJECT,
    rows=queries.projects_for,
    row=queries.project_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        by_uuid("domain"),
        by_uuid("founder"),
    ),
    orderings=("name", "created_at", "state"),
    changes=(
        Create(CreateProject, _create, actions.CREATE_PROJECT),
        Edit(EditProject, into(ProjectChanges, projects.update), actions.UPDATE_PROJECT),
        Remove(working(projects.delete), actions.DELETE_PROJECT, works=True),
        Verb(
            "suspend", projects.suspend, actions.SUSPEND_PROJECT, summary="Stop what runs, start nothing new"
        ),
        Verb("activate", projects.activate, actions.ACTIVATE_PROJECT, summary="Let new things be made again"),
        Verb("leave", project_members.leave, actions.LEAVE_PROJECT, summary="End one's own membership"),
        Verb(
            "hand-over",
            _hand_over,
            actions.UPDATE_PROJECT,
            takes=HandOver,
            summary="Count the project against another admin's account",
        ),
    ),
)

MEMBERS = Resource(
    path="projects/{project}/members",
    noun="member",
    shape=MemberShape,
    read=actions.READ_PROJECT,
    rows=_members,
    row=_member,
    filters=(by_uuid("account"), by_uuid("user"), by_uuid("role")),
    orderings=("created_at",),
    changes=(
        Create(AddMember, _add_member, actions.ADD_MEMBER, summary="Add an account or a user"),
        Edit(EditMember, _edit_member, actions.UPDATE_MEMBER, is_partial=False),
        Remove(project_members.remove, actions.REMOVE_MEMBER),
    ),
)

PROJECT_ROLES = Resource(
    path="projects/{project}/roles",
    noun="project role",
    shape=ProjectRoleShape,
    read=actions.READ_PROJECT,
    rows=_roles,
    row=_role,
    filters=(Filter("name"), by_text(), Filter("is_admin", kind=FLAG), Filter("is_builtin", kind=FLAG)),
    orderings=("name", "created_at"),
    changes=(
        Create(EditProjectRole, _create_role, actions.CREATE_PROJECT_ROLE),
        Edit(EditProjectRole, _edit_role, actions.UPDATE_PROJECT_ROLE),
        Remove(project_roles.delete, actions.DELETE_PROJECT_ROLE),
    ),
)

INVITATIONS = Resource(
    path="projects/{project}/invitations",
    noun="invitation",
    shape=InvitationShape,
    read=actions.READ_INVITATION,
    rows=_invitations,
    row=_invitation,
    filters=(Filter("state", choices=INVITATION_STATES), Filter("email"), by_uuid("role")),
    orderings=("created_at", "expires_at", "state", "email"),
    changes=(
        Create(Invite, _invite, actions.CREATE_INVITATION, summary="Invite somebody by mail"),
        Verb("revoke", invitations.revoke, actions.REVOKE_INVITATION, summary="Take the invitation back"),
    ),
)

INVITATION_OPERATIONS = (
    change(
        "POST",
        "invitations/accept/",
        _accept,
        name="accept",
        summary="Become a member by the token from the mail",
        action=actions.ACCEPT_INVITATION,
        takes=InvitationToken,
        gives=MemberShape,
    ),
    change(
        "POST",
        "invitations/decline/",
        _decline,
        name="decline",
        summary="Decline the invitation that the token is for",
        action=actions.DECLINE_INVITATION,
        takes=InvitationToken,
        gives=InvitationShape,
    ),
)
