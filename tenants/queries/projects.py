"""The ways to find projects, their members, roles and invitations."""

from uuid import UUID

from django.db.models import Prefetch

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from tenants import actions
from tenants.models import Invitation, Project, ProjectMember, ProjectRole, ProjectRoleRule


def projects_for(caller: Caller) -> ScopedQuerySet[Project]:
    """The projects that the caller is in, and for admins those of their domains."""
    actions.READ_PROJECT.permit(caller)
    return Project.objects.for_caller(caller).select_related("domain", "account__domain", "founder__domain")


def project_for(caller: Caller, uuid: UUID | str) -> Project:
    """One of them. Raises NotFound."""
    return projects_for(caller).one(uuid)


def members_for(caller: Caller, project: Project) -> ScopedQuerySet[ProjectMember]:
    """The project's members, with account, user and role."""
    actions.READ_PROJECT.permit(caller)
    members = ProjectMember.objects.for_caller(caller).filter(project=project)
    return members.select_related("project", "account__domain", "user", "role")


def member_for(caller: Caller, project: Project, uuid: UUID | str) -> ProjectMember:
    """One of them. Raises NotFound."""
    return members_for(caller, project).one(uuid)


def project_roles_for(caller: Caller, project: Project) -> ScopedQuerySet[ProjectRole]:
    """The project's roles, with their rules."""
    actions.READ_PROJECT.permit(caller)
    roles = ProjectRole.objects.for_caller(caller).filter(project=project)
    rules = Prefetch("rules", ProjectRoleRule.objects.order_by("position"))
    return roles.select_related("project").prefetch_related(rules)


def project_role_for(caller: Caller, project: Project, uuid: UUID | str) -> ProjectRole:
    """One of them. Raises NotFound."""
    return project_roles_for(caller, project).one(uuid)


def invitations_for(caller: Caller, project: Project | None = None) -> ScopedQuerySet[Invitation]:
    """Invitations to the projects that the caller may see, or to one of them; newest first.

    Whoever is invited does not find the invitation here: it is theirs by the token in the mail, since anybody can
    write anybody's address into their own profile.
    """
    actions.READ_INVITATION.permit(caller)
    invitations = Invitation.objects.for_caller(caller).defer("sealed_token", "token_hash")
    invitations = invitations.select_related("project__domain", "project__account__domain", "role")
    return invitations if project is None else invitations.filter(project=project)


def invitation_for(caller: Caller, uuid: UUID | str) -> Invitation:
    """One of them. Raises NotFound."""
    return invitations_for(caller).one(uuid)
