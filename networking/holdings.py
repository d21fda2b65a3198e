"""What becomes of IP addresses when their account goes."""

from typing import Any

from django.db.models import QuerySet

from cloudportal.core.caller import Caller
from networking import states
from networking.models import Address, SecurityGroup
from networking.services import addresses, security_groups
from tenants.models import Account
from tenants.services.departures import Holdings, register


def taken(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Every address that the accounts have."""
    rows = Address.objects.filter(account__in=accounts, state=states.TAKEN)
    return rows.select_related("network", "account__domain").order_by("pk")


def remove(caller: Caller, address: Address) -> None:
    """The address is free. By the time that it is asked, whatever had it is gone."""
    if address.held_by is not None:
        addresses.release(caller, address, held_by=address.held_by)


def groups(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Every security group of the accounts."""
    return SecurityGroup.objects.filter(account__in=accounts).select_related("account__domain").order_by("pk")


def remove_group(caller: Caller, group: SecurityGroup) -> None:
    """The group is gone, and with it rules of others that name it. Raises Conflict while a NIC is in it."""
    security_groups.delete(caller, group, with_naming_rules=True)


register(Holdings("security groups", 600, of=groups, remove=remove_group))
register(Holdings("addresses", 600, of=taken, remove=remove))
