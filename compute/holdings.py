"""What becomes of instances when their account is disabled or goes."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from cloudportal.core.caller import Caller
from compute import states
from compute.models import Instance
from compute.services import instances
from compute.services.housekeeping import halt_account
from tenants.authentication import system_caller
from tenants.models import Account
from tenants.services.departures import Holdings, register


def living(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Every instance of the accounts that is not expunged yet."""
    return Instance.objects.filter(account__in=accounts).exclude(state=states.EXPUNGED).order_by("pk")


def remove(caller: Caller, instance: Instance) -> object:
    """Begins to expunge the instance, whatever state it is in. Raises WrongState or Busy while a job has it."""
    row = Instance.objects.select_related("account__domain", "zone", "offering").get(pk=instance.pk)
    if states.INSTANCE.target(row.state, "expunge"):
        return instances.expunge(caller, row)
    return instances.destroy(caller, row, expunge=True)


def kept(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Those of them that are protected from being destroyed."""
    return living(accounts).filter(is_protected=True)


def halt(caller: Caller, account: Account) -> object:
    """Everything of the account that runs is stopped, by jobs in the name of whoever disabled it."""
    asks = replace(
        system_caller(),
        user_name=caller.user_name,
        source_address=caller.source_address,
        door=caller.door,
    )
    return halt_account(asks, account)


def bury(accounts: QuerySet[Account]) -> object:
    """Deletes the rows of expunged instances."""
    return Instance.objects.filter(account__in=accounts, state=states.EXPUNGED).delete()


register(Holdings("instances", 100, of=living, remove=remove, halt=halt, bury=bury, kept=kept))
