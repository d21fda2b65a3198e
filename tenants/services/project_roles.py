"""The roles of one project: two built in, and others that its admins make as ordered rules."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.core.names import check_label
from cloudportal.core.permissions import allowed
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import actions
from tenants.membership import acting_on, project_rules
from tenants.models import Project, ProjectRole
from tenants.names import check_text
from tenants.roles import allowed_by
from tenants.services.rule_lines import Line, as_values, check_lines, lines_of, write_lines

ADMIN = "Admin"
MEMBER = "Member"
# What looks after a project; members use it and leave this to the admins.
_LOOKING_AFTER = (
    "project.update",
    "project.suspend",
    "project.activate",
    "project.delete",
    "project-member.*",
    "project-role.*",
    "invitation.*",
)


def make_builtin(project: Project) -> tuple[ProjectRole, ProjectRole]:
    """The roles Admin and Member of a new project."""
    admin = ProjectRole.objects.create(
        project=project, name=ADMIN, description="Looks after the project.", is_admin=True, is_builtin=True
    )
    member = ProjectRole.objects.create(
        project=project, name=MEMBER, description="Works in the project.", is_builtin=True
    )
    write_lines(admin, [Line("*", True)])
    write_lines(member, [*(Line(pattern, False) for pattern in _LOOKING_AFTER), Line("*", True)])
    return admin, member


@transaction.atomic
def create(
    caller: Caller, project: Project, *, name: str, description: str = "", rules: Sequence[Line] = ()
) -> ProjectRole:
    """A role of the project that allows nothing that its maker may not do there.

    Whatever it allows, a member may do only what their account's role allows too. Raises InvalidInput,
    NotFound, NotPermitted.
    """
    acting = acting_on(caller, project)
    actions.CREATE_PROJECT_ROLE.permit(acting)
    _check(acting, rules)
    role = ProjectRole(project=project, name=check_label(name), description=_description(description))
    _save(role)
    write_lines(role, rules)
    _record(caller, "PROJECT.ROLE.CREATE", role, after={"name": role.name, "rules": as_values(rules)})
    return role


@transaction.atomic
def update(
    caller: Caller,
    role: ProjectRole,
    *,
    name: str | None = None,
    description: str | None = None,
    rules: Sequence[Line] | None = None,
) -> ProjectRole:
    """Another name, description or rules; None leaves them. Raises as `create`, and Conflict for a built-in role."""
    acting = acting_on(caller, role.project)
    actions.UPDATE_PROJECT_ROLE.permit(acting)
    fresh = _changeable(acting, role)
    before = {"name": fresh.name, "description": fresh.description, "rules": as_values(lines_of(fresh))}
    if name is not None:
        fresh.name = check_label(name)
    if description is not None:
        fresh.description = _description(description)
    _save(fresh)
    if rules is not None:
        _check(acting, rules)
        write_lines(fresh, rules)
    after = {"name": fresh.name, "description": fresh.description, "rules": as_values(lines_of(fresh))}
    _record(caller, "PROJECT.ROLE.UPDATE", fresh, before=before, after=after)
    return fresh


@transaction.atomic
def delete(caller: Caller, role: ProjectRole) -> None:
    """Removes a role that no member and no open invitation has. Raises Conflict for the others."""
    acting = acting_on(caller, role.project)
    actions.DELETE_PROJECT_ROLE.permit(acting)
    fresh = _changeable(acting, role)
    if fresh.members.exists() or fresh.invitations.filter(answered_at=None).exists():
        raise Conflict(f"Members or invitations have the role {fresh.name}. Give them another role first.")
    _record(caller, "PROJECT.ROLE.DELETE", fresh, before={"name": fresh.name})
    fresh.invitations.all().delete()
    fresh.delete()


def require_may_give(acting: Caller, role: ProjectRole) -> None:
    """Returns where the role allows nothing in the project that the acting caller may not do. Raises NotPermitted."""
    own = project_rules(acting)
    beyond = sorted(
        name for name in allowed_by(line.rule for line in lines_of(role)) if not allowed(own, name)
    )
    if beyond:
        raise NotPermitted(
            f"The role {role.name} may do more in this project than you, such as {beyond[0]}. "
            "Ask an admin of the project."
        )


def _changeable(acting: Caller, role: ProjectRole) -> ProjectRole:
    fresh = ProjectRole.objects.select_for_update().filter(pk=role.pk).select_related("project").first()
    if fresh is None:
        raise NotFound(noun="project role", uuid=role.uuid)
    if fresh.is_builtin:
        raise Conflict(f"The role {fresh.name} is built in and stays as it is. Make another one.")
    require_may_give(acting, fresh)
    return fresh


def _check(acting: Caller, rules: Sequence[Line]) -> None:
    own = project_rules(acting)
    check_lines(lambda name: allowed(own, name), rules)


def _description(value: str) -> str:
    return check_text(value, field="description")


def _save(role: ProjectRole) -> None:
    others = ProjectRole.objects.filter(project=role.project, name__iexact=role.name).exclude(uuid=role.uuid)
    sentence = f"There is a role called {role.name} in this project already."
    if others.exists():
        raise InvalidInput.of("name", sentence)
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise InvalidInput.of("name", sentence) from error


def _record(
    caller: Caller,
    event: str,
    role: ProjectRole,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    owner = role.project.account.owner
    about = About("project role", role.uuid, role.name, owner.account_uuid, owner.domain_path)
    event_row = records.record(caller, event, about, before=before, after=after)
    plans.note("project-role", event_row.sentence, name=role.name)
