"""Enabling, locking, disabling and deleting accounts."""

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, NotPermitted
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from tenants import actions, states
from tenants.models import Account, Project, User
from tenants.services import access, departures, dominance
from tenants.services.accounts import require_changeable
from tenants.services.foundation import is_foundation
from tenants.services.project_admins import require_others_lead


@transaction.atomic
def enable(caller: Caller, account: Account) -> Account:
    """Lets its users sign in and make new things again. What was ended or stopped on disabling stays so."""
    _check(caller, account, actions.ENABLE_ACCOUNT)
    states.ACCOUNT.move(account, "enable")
    _record(caller, "ACCOUNT.ENABLE", account, f"Enables the account {account.name}.")
    return account


@transaction.atomic
def lock(caller: Caller, account: Account) -> Account:
    """Keeps what runs, but nothing new can be made for the account until it is enabled."""
    _check_against_own(caller, account, actions.LOCK_ACCOUNT)
    states.ACCOUNT.move(account, "lock")
    _record(caller, "ACCOUNT.LOCK", account, f"Locks the account {account.name}.")
    return account


@transaction.atomic
def disable(caller: Caller, account: Account) -> Account:
    """Ends all sessions, tokens and keys of its users and has what runs for it stopped."""
    _check_against_own(caller, account, actions.DISABLE_ACCOUNT)
    states.ACCOUNT.move(account, "disable")
    access.end_access(User.objects.filter(account=account))
    _record(caller, "ACCOUNT.DISABLE", account, f"Disables the account {account.name}.")
    departures.halt(caller, account)
    return account


@transaction.atomic
def delete(caller: Caller, account: Account) -> Job:
    """Submits the job that removes all the account owns, its users and itself; access ends at once.

    Raises Conflict for an account that a project needs, and for one with something protected. What would go is noted
    in the plan.
    """
    demand_removable(caller, account)
    actions.DELETE_ACCOUNT.check(caller, account)
    plans.note("account", f"Deletes the account {account.name} for good.", name=account.name)
    departures.note(departures.preview_of_account(caller, account))
    states.ACCOUNT.move(account, "delete")
    access.end_access(User.objects.filter(account=account))
    return jobs.submit(
        caller,
        "account.delete",
        jobs.Subject.of(account),
        {"account_id": account.pk},
        owner=caller.home or caller.owner,
        holds=[jobs.hold_of(account)],
    )


def demand_removable(caller: Caller, account: Account) -> None:
    """Returns where the caller may delete the account and nothing stands against that. Raises as `delete` does."""
    actions.DELETE_ACCOUNT.permit(caller)
    require_changeable(caller, account)
    _require_foreign(caller, account, actions.DELETE_ACCOUNT)
    require_others_lead(account=account)
    _require_no_projects(account)
    departures.demand_nothing_kept(Account.objects.filter(pk=account.pk))


def _check(caller: Caller, account: Account, action: Action) -> None:
    action.permit(caller)
    require_changeable(caller, account)
    action.check(caller, account)


def _check_against_own(caller: Caller, account: Account, action: Action) -> None:
    _check(caller, account, action)
    _require_foreign(caller, account, action)


def _require_foreign(caller: Caller, account: Account, action: Action) -> None:
    """Returns for an account that is neither the caller's own nor the portal's. Raises NotPermitted."""
    dominance.require_other_account(caller, account, action=action.verb)
    if is_foundation(account):
        raise NotPermitted(f"The account {account.name} of ROOT is the portal's own and stays enabled.")


def _require_no_projects(account: Account) -> None:
    founded = Project.objects.filter(founder=account).order_by("name")
    names = list(founded.values_list("name", flat=True)[:5])
    if names:
        raise Conflict(
            f"The projects {', '.join(names)} count against this account. Delete them or hand them over first."
        )


def _record(caller: Caller, event: str, account: Account, sentence: str) -> None:
    plans.note("account", sentence, name=account.name)
    records.record(
        caller, event, About.of(account, account.owner), after={"state": account.state}, sentence=sentence
    )
