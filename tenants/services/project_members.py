"""Who belongs to a project: adding, changing and removing members, and leaving."""

from uuid import UUID

from django.db import IntegrityError, transaction

from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from tenants import actions, queries, states
from tenants.membership import acting_on
from tenants.models import Account, Project, ProjectMember, ProjectRole, User
from tenants.models.projects import member_keys
from tenants.services.project_admins import require_another_leads
from tenants.services.project_roles import MEMBER, require_may_give
from tenants.services.projects import record


@transaction.atomic
def add(
    caller: Caller,
    project: Project,
    account: Account,
    *,
    user: User | None = None,
    role_uuid: UUID | str | None = None,
) -> ProjectMember:
    """An account, or one user of it, becomes a member, at once and without being asked.

    It must be one that the caller may see by themselves; everybody else is invited by mail. Raises NotFound,
    NotPermitted, InvalidInput, Conflict.
    """
    acting = acting_on(caller, project)
    actions.ADD_MEMBER.permit(acting)
    _require_sight(caller, account, user)
    role = role_in(project, role_uuid)
    require_may_give(acting, role)
    return join(caller, project, account, role, user=user)


def join(
    caller: Caller, project: Project, account: Account, role: ProjectRole, *, user: User | None = None
) -> ProjectMember:
    """The membership's row and event. Part of a service's transaction, after its checks."""
    require_active(project)
    if not account.domain.path.startswith(project.domain.path) or account.is_project:
        raise InvalidInput.of("account", "Members come from the project's domain and the domains below it.")
    key = ProjectMember.key_of_user(user.pk) if user else ProjectMember.key_of_account(account.pk)
    try:
        with transaction.atomic():
            member = ProjectMember.objects.create(
                project=project, account=account, user=user, role=role, key=key
            )
    except IntegrityError as error:
        name = user.username if user else account.name
        raise Conflict(f"{name} is a member of {project.name} already.") from error
    event = "PROJECT.USER.ADD" if user else "PROJECT.ACCOUNT.ADD"
    sentence = f"{member.name} joins the project {project.name}."
    record(caller, event, project, sentence, after={"member": member.name, "role": role.name})
    return member


@transaction.atomic
def change_role(caller: Caller, member: ProjectMember, role_uuid: UUID | str) -> ProjectMember:
    """Gives a member another role of the project; the last admin stays one. Raises NotFound, NotPermitted, Conflict."""
    project = member.project
    acting = acting_on(caller, project)
    actions.UPDATE_MEMBER.permit(acting)
    require_may_give(acting, member.role)
    role = role_in(project, role_uuid)
    require_may_give(acting, role)
    if member.role.is_admin and not role.is_admin:
        require_another_leads(member)
    before = member.role.name
    member.role = role
    member.save(update_fields=["role"])
    record(
        caller,
        "PROJECT.ACCOUNT.UPDATE",
        project,
        f"{member.name} is {role.name} in the project {project.name}.",
        before={"member": member.name, "role": before},
        after={"member": member.name, "role": role.name},
    )
    return member


@transaction.atomic
def remove(caller: Caller, member: ProjectMember) -> None:
    """Ends a membership; what was made in the project stays there. The last admin and the account that the project
    counts against stay. Raises NotFound, NotPermitted, Conflict.
    """
    acting = acting_on(caller, member.project)
    if is_own(caller, member):
        actions.LEAVE_PROJECT.permit(acting)
    else:
        actions.REMOVE_MEMBER.permit(acting)
        require_may_give(acting, member.role)
    if member.role.is_admin:
        require_another_leads(member)
    _require_not_founder(member)
    event = "PROJECT.USER.REMOVE" if member.user else "PROJECT.ACCOUNT.REMOVE"
    before = {"member": member.name, "role": member.role.name}
    record(caller, event, member.project, _departure(member), before=before)
    member.delete()


def leave(caller: Caller, project: Project) -> None:
    """Ends the caller's own membership: their user's before their account's. As `remove`."""
    own = queries.members_for(caller, project).filter(key__in=member_keys(caller)).order_by("-key").first()
    if own is None:
        raise NotFound("You are no member of this project, so there is nothing to leave.")
    remove(caller, own)


def is_own(caller: Caller, member: ProjectMember) -> bool:
    """True where leaving is the caller's own affair: their user's membership, or their account's."""
    if member.user_id is not None:
        return member.user_id == caller.user_id
    return member.account_id == (caller.home or caller.owner).account_id


def role_in(project: Project, role_uuid: UUID | str | None) -> ProjectRole:
    """The role of this project, or Member where none is named. Raises NotFound for another project's."""
    roles = ProjectRole.objects.filter(project=project)
    return roles.get(name=MEMBER, is_builtin=True) if role_uuid is None else roles.one(role_uuid)


def require_active(project: Project) -> None:
    """Returns while people may join. Raises Conflict."""
    state = Project.objects.filter(pk=project.pk).values_list("state", flat=True).first()
    if state != states.ENABLED:
        raise Conflict(f"The project {project.name} is not active, so nobody can join it now.")


def _departure(member: ProjectMember) -> str:
    """What the plan and the event tell of a membership's end: an account takes all of its users out with it."""
    words = f"{member.name} leaves the project {member.project.name}"
    if member.user_id is not None:
        return f"{words}."
    own = ProjectMember.objects.filter(project=member.project, account=member.account_id, user__isnull=False)
    but = " but those who are members themselves" if own.exists() else ""
    return f"{words} with all of its users{but}."


def _require_sight(caller: Caller, account: Account, user: User | None) -> None:
    seen = queries.accounts_for(caller).filter(pk=account.pk).exists()
    if not seen or (user is not None and user.account_id != account.pk):
        raise NotFound(noun="account", uuid=account.uuid)


def _require_not_founder(member: ProjectMember) -> None:
    project = member.project
    others = ProjectMember.objects.filter(project=project, account=member.account_id).exclude(pk=member.pk)
    if member.account_id == project.founder_id and not others.exists():
        raise Conflict(
            f"The project {project.name} counts against {member.account.name}'s limits. Hand it over first."
        )
