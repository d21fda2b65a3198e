"""Regular work of the ledger."""

from cloudportal.jobs.periodic import every
from tenants.authentication import system_caller
from usage import ledger
from usage.services import verification


def verify_ledger() -> None:
    """Compares the whole ledger with its marks, in the name of the portal itself."""
    verification.verify(system_caller())


every(10, "usage.fold", ledger.fold)
every(24 * 3600, "usage.verify", verify_ledger)
