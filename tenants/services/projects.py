"""Projects: making, editing, suspending, handing over and deleting them."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotPermitted
from cloudportal.core.permissions import RoleKind
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from tenants import actions, states
from tenants.configuration import USERS_CREATE_PROJECTS
from tenants.membership import acting_on
from tenants.models import Account, Project, ProjectMember, Role
from tenants.models.accounts import PROJECT_SUFFIX
from tenants.names import check_project_name, check_text
from tenants.queries.settings import settings_value
from tenants.resources import Resource
from tenants.services import departures, dominance, limits, project_roles
from tenants.services.accounts import add_row, require_domain_open


@dataclass(frozen=True)
class NewProject:
    """What a project begins as."""

    name: str
    description: str = ""


@dataclass(frozen=True)
class ProjectChanges:
    """What of a project is to be different; None leaves it."""

    name: str | None = None
    description: str | None = None


@transaction.atomic
def create(caller: Caller, values: NewProject, *, founder: Account | None = None) -> Project:
    """A project in the founder's domain, with the founder's account as its admin, counted against its limits.

    The founder is the caller's own account, or one that the caller dominates. Raises InvalidInput, LimitReached,
    NotFound, NotPermitted, Conflict.
    """
    actions.CREATE_PROJECT.permit(caller)
    founder = _founder(caller, founder)
    domain = founder.domain
    require_domain_open(domain)
    name = check_project_name(values.name)
    _require_free(domain.pk, name)
    limits.reserve(founder, {Resource.PROJECTS: 1})
    role = Role.objects.get(name="User", is_builtin=True)
    account = add_row(Account(name=f"{name}{PROJECT_SUFFIX}", domain=domain, role=role, is_project=True))
    description = check_text(values.description, field="description")
    project = Project.objects.create(
        name=name, description=description, domain=domain, account=account, founder=founder
    )
    admin, _ = project_roles.make_builtin(project)
    key = ProjectMember.key_of_account(founder.pk)
    ProjectMember.objects.create(project=project, account=founder, role=admin, key=key)
    record(caller, "PROJECT.CREATE", project, f"Creates the project {name}.", after=_values(project))
    return project


@transaction.atomic
def update(caller: Caller, project: Project, changes: ProjectChanges) -> Project:
    """Renames or describes a project. Raises InvalidInput, NotFound, NotPermitted."""
    actions.UPDATE_PROJECT.permit(acting_on(caller, project))
    before = _values(project)
    if changes.name is not None and changes.name.strip() != project.name:
        _rename(project, check_project_name(changes.name))
    if changes.description is not None:
        project.description = check_text(changes.description, field="description")
    project.save(update_fields=["name", "description"])
    sentence = f"Edits the project {project.name}."
    record(caller, "PROJECT.UPDATE", project, sentence, before=before, after=_values(project))
    return project


@transaction.atomic
def hand_over(caller: Caller, project: Project, member: ProjectMember) -> Project:
    """Counts the project against the limits of this admin's account from now on, instead of its founder's.

    Raises LimitReached where that account may have no more projects, and Conflict where the project has been handed
    over or deleted meanwhile.
    """
    actions.UPDATE_PROJECT.permit(acting_on(caller, project))
    if member.project_id != project.pk or not member.role.is_admin:
        raise InvalidInput.of("member", "Choose a member who is admin of this project.")
    before = project.founder
    if member.account_id == before.pk:
        return project
    _give_to(project, before, member.account)
    record(
        caller,
        "PROJECT.UPDATE",
        project,
        f"Hands the project {project.name} over to {member.account.name}.",
        before={"account": before.name},
        after={"account": member.account.name},
    )
    return project


@transaction.atomic
def suspend(caller: Caller, project: Project) -> Project:
    """Nothing new can be made in the project, and what runs in it is stopped."""
    actions.SUSPEND_PROJECT.check(acting_on(caller, project), project)
    states.PROJECT.move(project, "suspend")
    states.ACCOUNT.move(project.account, "disable")
    record(caller, "PROJECT.SUSPEND", project, f"Suspends the project {project.name}.")
    departures.halt(caller, project.account)
    return project


@transaction.atomic
def activate(caller: Caller, project: Project) -> Project:
    """New things can be made in the project again. What was stopped stays stopped."""
    actions.ACTIVATE_PROJECT.check(acting_on(caller, project), project)
    states.PROJECT.move(project, "activate")
    states.ACCOUNT.move(project.account, "enable")
    record(caller, "PROJECT.ACTIVATE", project, f"Activates the project {project.name}.")
    return project


@transaction.atomic
def delete(caller: Caller, project: Project) -> Job:
    """Submits the job that removes all the project owns and itself. What would go is noted in the plan.

    Raises Conflict while something in it is protected.
    """
    demand_removable(caller, project)
    actions.DELETE_PROJECT.check(acting_on(caller, project), project)
    plans.note("project", f"Deletes the project {project.name} for good.", name=project.name)
    departures.note(departures.preview_of_project(caller, project))
    states.PROJECT.move(project, "delete")
    states.ACCOUNT.move(project.account, "delete")
    return jobs.submit(
        caller,
        "project.delete",
        jobs.Subject.of(project),
        {"account_id": project.account_id},
        owner=caller.home or caller.owner,
        holds=[jobs.hold_of(project), jobs.hold_of(project.account)],
    )


def demand_removable(caller: Caller, project: Project) -> None:
    """Returns where the caller may delete the project and nothing in it is protected. Raises as `delete` does."""
    actions.DELETE_PROJECT.permit(acting_on(caller, project))
    departures.demand_nothing_kept(Account.objects.filter(pk=project.account_id))


def record(
    caller: Caller,
    event: str,
    project: Project,
    sentence: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """One event about the project, which its members see."""
    plans.note("project", sentence, name=project.name)
    owner = project.account.owner
    about = About("project", project.uuid, project.name, owner.account_uuid, owner.domain_path)
    records.record(caller, event, about, before=before, after=after, sentence=sentence)


def _founder(caller: Caller, founder: Account | None) -> Account:
    own_id = (caller.home or caller.owner).account_id
    if founder is None or founder.pk == own_id:
        account = Account.objects.select_related("domain", "role").get(pk=own_id)
        _require_may_found(caller, account)
        return account
    dominance.require_dominance(caller, founder)
    if founder.is_project:
        raise InvalidInput.of("account", "A project cannot found another. Choose an account of people.")
    return founder


def _require_may_found(caller: Caller, account: Account) -> None:
    if caller.kind is RoleKind.USER and not settings_value(USERS_CREATE_PROJECTS.name, account=account):
        raise NotPermitted("Only administrators create projects here. Ask one of your domain.")


def _give_to(project: Project, before: Account, founder: Account) -> None:
    # Guarded, and ahead of the count: the row may be older than another's change, and each project is counted once.
    rows = Project.objects.filter(pk=project.pk, founder=before).exclude(state=states.REMOVING)
    if not rows.update(founder=founder):
        raise Conflict(
            f"The project {project.name} has been handed over already or is being deleted. Look at it again."
        )
    limits.transfer(before, founder, {Resource.PROJECTS: 1})
    project.founder = founder


def _rename(project: Project, name: str) -> None:
    _require_free(project.domain_id, name, except_for=project)
    project.name = name
    account = project.account
    account.name = f"{name}{PROJECT_SUFFIX}"
    try:
        with transaction.atomic():
            account.save(update_fields=["name"])
            project.save(update_fields=["name"])
    except IntegrityError as error:
        raise _taken(name) from error


def _require_free(domain_id: int, name: str, *, except_for: Project | None = None) -> None:
    others = Project.objects.filter(domain_id=domain_id, name__iexact=name)
    accounts = Account.objects.filter(domain_id=domain_id, name__iexact=f"{name}{PROJECT_SUFFIX}")
    if except_for is not None:
        others, accounts = others.exclude(pk=except_for.pk), accounts.exclude(pk=except_for.account_id)
    if others.exists() or accounts.exists():
        raise _taken(name)


def _taken(name: str) -> InvalidInput:
    return InvalidInput.of("name", f"There is a project called {name} in this domain already.")


def _values(project: Project) -> dict[str, Any]:
    return {"name": project.name, "description": project.description}
