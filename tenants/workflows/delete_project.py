"""Deleting a project: everything that it owns, then itself."""

from django.db.models import QuerySet

from cloudportal.core.caller import Caller
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from tenants import actions, states
from tenants.models import Account, Project
from tenants.resources import Resource
from tenants.services import limits
from tenants.services.projects import demand_removable
from tenants.workflows.delete_account import remove_account_rows
from tenants.workflows.removal import RemoveHoldings, delete_rows, require_nothing_left


def _accounts(run: Run) -> QuerySet[Account]:
    return Account.objects.filter(pk=run.arguments["account_id"])


def _project(run: Run) -> Project | None:
    rows = Project.objects.select_related("account__domain", "founder__domain")
    return rows.filter(uuid=run.subject_uuid).first()


class RemoveProjectHoldings(RemoveHoldings):
    """Everything that the project owns."""

    def accounts(self, run: Run) -> QuerySet[Account]:
        """The account through which the project owns."""
        return _accounts(run)


class RemoveProject(Step):
    """The project's rows, in one transaction."""

    name = "remove-project"
    label = "Remove the project"

    def act(self, run: Run) -> None:
        """Looks once more whether anything came up."""
        require_nothing_left(_accounts(run))

    def record(self, run: Run, result: object) -> None:
        """Deletes members, roles, invitations, the project and its account. Nothing is left to do where it is gone."""
        project = _project(run)
        if project is None:
            return
        owner = project.account.owner
        about = About("project", project.uuid, project.name, owner.account_uuid, owner.domain_path)
        remove_project_rows(Project.objects.filter(pk=project.pk))
        remove_account_rows(_accounts(run))
        records.completed(
            run.job.caller,
            "PROJECT.DELETE",
            about,
            job_uuid=run.job.uuid,
            before={"name": project.name},
            sentence=f"Deletes the project {project.name}.",
        )


def remove_project_rows(projects: QuerySet[Project]) -> None:
    """Deletes the projects without their accounts, and counts them down. Needs an open transaction."""
    ids = list(projects.order_by("pk").values_list("pk", flat=True))
    # Locked before the founder is read, who may be handing the project over at this moment.
    rows = Project.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    founder_ids = list(rows.values_list("founder_id", flat=True))
    founders = Account.objects.select_related("domain").in_bulk(founder_ids)
    for founder_id in founder_ids:
        limits.release(founders[founder_id], {Resource.PROJECTS: 1})
    delete_rows(projects)


@workflow
class DeleteProject(Workflow):
    """Removes a project for good; one that cannot be removed stays, suspended."""

    kind = "project.delete"
    queue = "housekeeping"
    label = "Delete project"
    steps = (RemoveProjectHoldings, RemoveProject)
    action = actions.DELETE_PROJECT

    def permit(self, caller: Caller, run: Run) -> None:
        """As for a new deletion: by the rules that the caller has inside the project."""
        project = _project(run)
        if project is not None:
            demand_removable(caller, project)

    def failed(self, run: Run) -> None:
        """What is left stays, and nothing new can be made in it."""
        project = _project(run)
        if project is not None and project.state == states.REMOVING:
            states.PROJECT.move(project, "keep")
            states.ACCOUNT.move(project.account, "keep")

    def retry(self, run: Run) -> None:
        """Goes on with what is left."""
        project = _project(run)
        if project is not None:
            states.PROJECT.move(project, "delete")
            states.ACCOUNT.move(project.account, "delete")
