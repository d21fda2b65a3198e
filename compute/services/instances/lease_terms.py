"""What a lease means to its instance: given when the instance is made, asked when it is started."""

from datetime import timedelta

from cloudportal.core import clock, plans
from cloudportal.core.errors import WrongState
from compute.configuration import LEASE_DAYS, LEASE_POLICY
from compute.models import Instance, Lease
from tenants.queries import settings_value

DAY = timedelta(days=1)


def begin(instance: Instance) -> Lease | None:
    """The lease that the settings give a new instance, or None. Part of the transaction that makes the instance."""
    days = settings_value(LEASE_DAYS.name, account=instance.account)
    if not days:
        return None
    policy = settings_value(LEASE_POLICY.name, account=instance.account)
    lease = Lease.objects.create(instance=instance, ends_at=clock.now() + days * DAY, policy=policy)
    plans.note("lease", f"It may live {days} days; then it is {ended(policy)}.", days=days, policy=policy)
    return lease


def demand_current(instance: Instance) -> None:
    """Returns while the instance's lease, if it has one, has not ended. Raises WrongState."""
    lease = Lease.objects.filter(instance=instance).first()
    if lease is not None and lease.ends_at <= clock.now():
        raise WrongState(
            f"The lease of {instance.name} ended at {lease.ends_at:%Y-%m-%d %H:%M} UTC. Extend it first."
        )


def ended(policy: str) -> str:
    """What an instance is when its lease has ended, as a word."""
    return "destroyed" if policy == Lease.DESTROY else "stopped"
