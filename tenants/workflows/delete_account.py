"""Deleting an account: everything that it owns, then its users, then itself."""

from django.db.models import QuerySet

from cloudportal.core.caller import Caller
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from tenants import actions, states
from tenants.models import Account, Counter, User
from tenants.queries.settings import account_key
from tenants.services import access, limits, settings
from tenants.services.account_states import demand_removable
from tenants.workflows.removal import RemoveHoldings, bury, delete_rows, require_nothing_left


def _accounts(run: Run) -> QuerySet[Account]:
    return Account.objects.filter(pk=run.arguments["account_id"])


class RemoveAccountHoldings(RemoveHoldings):
    """Everything that the account owns."""

    def accounts(self, run: Run) -> QuerySet[Account]:
        """The one account."""
        return _accounts(run)


class RemoveAccount(Step):
    """The account's rows, in one transaction."""

    name = "remove-account"
    label = "Remove the account"

    def act(self, run: Run) -> None:
        """Looks once more whether anything came up."""
        require_nothing_left(_accounts(run))

    def record(self, run: Run, result: object) -> None:
        """Deletes users, counters, settings and the account. Nothing is left to do where they are gone."""
        account = _accounts(run).select_related("domain").first()
        if account is None:
            return
        sentence = f"Deletes the account {account.name}."
        about = About.of(account, account.owner)
        remove_account_rows(_accounts(run))
        records.completed(
            run.job.caller,
            "ACCOUNT.DELETE",
            about,
            job_uuid=run.job.uuid,
            before={"name": account.name},
            sentence=sentence,
        )


def remove_account_rows(accounts: QuerySet[Account]) -> None:
    """Deletes the accounts with their users, counters and settings. Needs an open transaction."""
    ids = list(accounts.values_list("pk", flat=True))
    bury(accounts)
    limits.remove_counters(Counter.ACCOUNT, ids)
    settings.forget(map(account_key, ids))
    delete_rows(User.objects.filter(account__in=ids))
    delete_rows(Account.objects.filter(pk__in=ids))


@workflow
class DeleteAccount(Workflow):
    """Removes an account for good; one that cannot be removed stays, disabled."""

    kind = "account.delete"
    queue = "housekeeping"
    label = "Delete account"
    steps = (RemoveAccountHoldings, RemoveAccount)
    action = actions.DELETE_ACCOUNT

    def permit(self, caller: Caller, run: Run) -> None:
        """As for a new deletion."""
        super().permit(caller, run)
        account = _accounts(run).select_related("domain", "role").first()
        if account is not None:
            demand_removable(caller, account)

    def failed(self, run: Run) -> None:
        """What is left stays, and nobody signs in for it."""
        account = _accounts(run).first()
        if account is not None and account.state == states.REMOVING:
            states.ACCOUNT.move(account, "keep")

    def retry(self, run: Run) -> None:
        """Goes on with what is left."""
        account = _accounts(run).first()
        if account is not None:
            states.ACCOUNT.move(account, "delete")
            access.end_access(User.objects.filter(account=account))
