"""Deleting a domain: everything that accounts at and below it own, then projects, accounts and domains."""

from typing import Any

from django.db.models import QuerySet

from cloudportal.core.caller import Caller
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.models import Hold
from cloudportal.jobs.run import Run
from cloudportal.jobs.services import hold_of
from cloudportal.jobs.workflows import Step, Workflow, workflow
from tenants import actions, states
from tenants.models import Account, Counter, Domain, Project
from tenants.queries.settings import domain_key
from tenants.services import limits, settings
from tenants.services.domains import demand_removable, mark_removing
from tenants.workflows.delete_account import remove_account_rows
from tenants.workflows.delete_project import remove_project_rows
from tenants.workflows.removal import RemoveHoldings, delete_rows, require_nothing_left


def _accounts(run: Run) -> QuerySet[Account]:
    return Account.objects.filter(domain__path__startswith=run.arguments["path"])


def _domains(run: Run) -> QuerySet[Domain]:
    return Domain.objects.filter(path__startswith=run.arguments["path"])


class RemoveDomainHoldings(RemoveHoldings):
    """Everything that is owned at and below the domain."""

    def accounts(self, run: Run) -> QuerySet[Account]:
        """All accounts there, those of projects among them."""
        return _accounts(run)


class RemoveDomain(Step):
    """The rows of the domain and all below it, in one transaction."""

    name = "remove-domain"
    label = "Remove the domain"

    def act(self, run: Run) -> None:
        """Looks once more whether anything came up."""
        require_nothing_left(_accounts(run))

    def record(self, run: Run, result: object) -> None:
        """Deletes projects, accounts and domains, leaves first. Nothing is left to do where they are gone."""
        domain = Domain.objects.filter(pk=run.arguments["domain_id"]).first()
        if domain is None:
            return
        remove_project_rows(Project.objects.filter(domain__path__startswith=domain.path))
        remove_account_rows(_accounts(run))
        below = list(_domains(run).order_by("-depth").values_list("pk", flat=True))
        limits.remove_counters(Counter.DOMAIN, below)
        settings.forget(map(domain_key, below))
        for pk in below:
            delete_rows(Domain.objects.filter(pk=pk))
        records.completed(
            run.job.caller,
            "DOMAIN.DELETE",
            About("domain", domain.uuid, domain.name, domain_path=domain.path),
            job_uuid=run.job.uuid,
            before={"name": domain.name},
            sentence=f"Deletes the domain {domain.name}.",
        )


@workflow
class DeleteDomain(Workflow):
    """Removes a domain for good; one that cannot be removed stays, with its accounts disabled."""

    kind = "domain.delete"
    queue = "housekeeping"
    label = "Delete domain"
    steps = (RemoveDomainHoldings, RemoveDomain)
    action = actions.DELETE_DOMAIN

    def permit(self, caller: Caller, run: Run) -> None:
        """As for a new deletion; what has come since into one that was empty does not go unasked."""
        super().permit(caller, run)
        domain = Domain.objects.filter(pk=run.arguments["domain_id"]).first()
        if domain is not None:
            demand_removable(caller, domain, with_contents=run.arguments.get("with_contents", False))

    def failed(self, run: Run) -> None:
        """What is left stays. Accounts and projects that have a deletion of their own under way are left to it."""
        for account in _unheld(_accounts(run).filter(state=states.REMOVING)):
            states.ACCOUNT.move(account, "keep")
        for project in _unheld(Project.objects.filter(domain__in=_domains(run), state=states.REMOVING)):
            states.PROJECT.move(project, "keep")
        for domain in _domains(run).filter(state=states.REMOVING):
            states.DOMAIN.move(domain, "keep")

    def retry(self, run: Run) -> None:
        """Goes on with what is left."""
        domain = Domain.objects.filter(pk=run.arguments["domain_id"]).first()
        if domain is not None:
            mark_removing(domain)


def _unheld(rows: QuerySet[Any]) -> list[Any]:
    found = list(rows)
    held = set(Hold.objects.filter(thing__in=[hold_of(row) for row in found]).values_list("thing", flat=True))
    return [row for row in found if hold_of(row) not in held]
