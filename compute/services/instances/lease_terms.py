"""What a lease means to its instance: given when the instance is made, asked when it is started.

Both its size and the settings of its account have a say: the size goes first in how long it lives and what is done with
it then, and of two bounds the shorter one holds.
"""

from datetime import timedelta

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, WrongState
from cloudportal.core.permissions import RoleKind
from compute.configuration import LEASE_DAYS, LEASE_LONGEST, LEASE_POLICY
from compute.models import Instance, Lease
from tenants.queries import settings_value

DAY = timedelta(days=1)


def begin(instance: Instance, days: int | None = None) -> Lease | None:
    """The lease of a new instance, or None: as long as its owner may say, else as its size or the settings say.

    Part of the transaction that makes the instance.
    """
    days = usual_days(instance) if days is None else days
    if not days:
        return None
    policy = policy_of(instance)
    lease = Lease.objects.create(instance=instance, ends_at=clock.now() + days * DAY, policy=policy)
    plans.note("lease", f"It may live {days} days; then it is {ended(policy)}.", days=days, policy=policy)
    return lease


def usual_days(instance: Instance) -> int:
    """How many days it lives where nobody says, within the longest that it may; 0 for no end."""
    days: int = instance.offering.lease_days or settings_value(LEASE_DAYS.name, account=instance.account)
    longest = longest_days(instance)
    return min(days, longest) if days and longest else days or longest


def longest_days(instance: Instance) -> int:
    """How many days from now it may live at most; 0 for any number."""
    bounds = (instance.offering.most_lease_days, settings_value(LEASE_LONGEST.name, account=instance.account))
    return min((one for one in bounds if one), default=0)


def policy_of(instance: Instance) -> str:
    """What becomes of it when its lease ends."""
    policy: str = instance.offering.lease_policy or settings_value(
        LEASE_POLICY.name, account=instance.account
    )
    return policy


def demand_allowed(caller: Caller, instance: Instance, days: int, *, field: str = "days") -> None:
    """Returns where this caller may let it live so many days from now, 0 for no end. Raises InvalidInput."""
    longest = longest_days(instance)
    if not days and usual_days(instance) and caller.kind == RoleKind.USER:
        raise InvalidInput.of(
            field, "Instances of this size or account must have an end. Say in how many days."
        )
    if longest and days > longest and not caller.is_root_admin:
        raise InvalidInput.of(field, f"It may live at most {longest} days from now.")


def demand_current(instance: Instance) -> None:
    """Returns while the instance's lease, if it has one, has not ended. Raises WrongState."""
    lease = Lease.objects.filter(instance=instance).first()
    if lease is not None and lease.ends_at <= clock.now():
        raise WrongState(
            f"The lease of {instance.name} ended at {lease.ends_at:%Y-%m-%d %H:%M} UTC. Extend it first."
        )


def let_be(instance: Instance) -> None:
    """A lease that has ended does nothing more to the instance, until it is extended. Needs an open transaction."""
    over = Lease.objects.filter(instance=instance, ends_at__lte=clock.now())
    if over.update(ended_at=clock.now(), is_let_be=True):
        plans.note("lease", "Its lease has ended. Extend it before it is started, or it stays stopped.")


def ended(policy: str) -> str:
    """What an instance is when its lease has ended, as a word."""
    return "destroyed" if policy == Lease.DESTROY else "stopped"
