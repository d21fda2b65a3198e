"""Projects and invitations in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cloudportal.administration.scoped import ScopedAdmin, ScopedInline
from cloudportal.administration.verbs import Verb
from cloudportal.core.caller import Caller
from tenants import actions, queries
from tenants.models import Invitation, Project, ProjectMember, ProjectRole
from tenants.services import invitations, projects
from tenants.services.projects import NewProject, ProjectChanges


class MemberInline(ScopedInline):
    """Who belongs to a project."""

    model = ProjectMember
    fields = ("account", "user", "role")


class ProjectRoleInline(ScopedInline):
    """What members may be in a project."""

    model = ProjectRole
    fields = ("name", "is_admin", "is_builtin", "description")


@admin.register(Project)
class ProjectAdmin(ScopedAdmin):
    """Things owned in common."""

    read, add, edit = actions.READ_PROJECT, actions.CREATE_PROJECT, actions.UPDATE_PROJECT
    list_display = ("name", "domain", "founder", "state")
    list_filter = ("state", "domain")
    search_fields = ("name",)
    fields = ("founder", "name", "description")
    fixed = ("founder",)
    shown = ("domain", "state")
    inlines = (MemberInline, ProjectRoleInline)
    verbs = (
        Verb(actions.SUSPEND_PROJECT, projects.suspend),
        Verb(actions.ACTIVATE_PROJECT, projects.activate),
        Verb(actions.DELETE_PROJECT, projects.delete),
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's projects."""
        return queries.projects_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Project:
        """By the service."""
        new = NewProject(values["name"], values["description"])
        return projects.create(caller, new, founder=values["founder"])

    def update(self, caller: Caller, row: Project, values: dict[str, Any]) -> Project:
        """By the service."""
        return projects.update(caller, row, ProjectChanges(**values))


@admin.register(Invitation)
class InvitationAdmin(ScopedAdmin):
    """Places in projects, offered by mail."""

    read = actions.READ_INVITATION
    list_display = ("email", "project", "role", "state", "expires_at")
    list_filter = ("state", "project")
    search_fields = ("email",)
    shown = ("project", "role", "email", "state", "invited_by", "expires_at", "sent_at", "answered_at")
    verbs = (Verb(actions.REVOKE_INVITATION, invitations.revoke),)

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's invitations."""
        return queries.invitations_for(caller)
