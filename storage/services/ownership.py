"""Giving volumes to another account."""

from django.db import transaction

from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy
from cloudportal.events import meters, records
from cloudportal.events.records import About
from cloudportal.jobs.services import is_held
from storage import guards
from storage.amounts import gib_of
from storage.models import Volume
from tenants.models import Account
from tenants.services import limits
from tenants.services.limits import Resource


@transaction.atomic
def hand_over(caller: Caller, volume: Volume, account: Account) -> None:
    """The volume is the account's from now on, counted and metered there, and stays where it is attached.

    For services that move what has it attached, in their transaction. Raises Busy, LimitReached.
    """
    guards.demand_allowed(volume, "hand over")
    before = volume.account
    if is_held(volume) or not Volume.objects.filter(pk=volume.pk, account=before).update(account=account):
        raise Busy(noun=volume.name)
    limits.transfer(
        before, account, {Resource.VOLUMES: 1, Resource.PRIMARY_STORAGE_GIB: gib_of(volume.size_bytes)}
    )
    meters.hand_over(meters.VOLUME, volume, account.owner)
    for owner in (before.owner, account.owner):
        records.record(caller, "VOLUME.MOVE", About.of(volume, owner), after={"account": account.name})
    volume.account = account
