"""Regular work on instances."""

from cloudportal.jobs.periodic import every
from compute.reconcile import rounds
from compute.services import guard_housekeeping, housekeeping, leases, schedules
from compute.services.instances import consoles
from tenants.authentication import system_caller


def expunge_due() -> int:
    """Expunges what was destroyed long enough ago."""
    return housekeeping.expunge_due(system_caller())


def halt_disabled() -> int:
    """Stops what runs for disabled accounts."""
    return housekeeping.halt_disabled(system_caller())


every(30, "compute.reconcile", rounds.compare)
every(60, "compute.expunge", expunge_due)
every(60, "compute.halt", halt_disabled)
every(3600, "compute.forget", housekeeping.forget_history)
every(3600, "compute.forget-tickets", consoles.forget_old)
every(30, "compute.schedules", lambda: schedules.run_due(system_caller()))
every(300, "compute.warn-of-leases", lambda: leases.warn(system_caller()))
every(60, "compute.end-leases", lambda: leases.end_due(system_caller()))
every(60, "compute.guards", lambda: guard_housekeeping.tell_hosts(system_caller()))
