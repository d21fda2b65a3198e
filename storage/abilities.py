"""What pools can do, read from their driver's class; nothing is opened or asked here."""

from cloudportal.core.errors import Conflict
from cloudportal.drivers.registry import driver_class
from storage.drivers.contract import abilities_of
from storage.models import Pool


def can(pool: Pool, ability: str) -> bool:
    """True where the pool's driver has the capability of that name."""
    return ability in abilities_of(driver_class("storage", pool.driver))


def demand(pool: Pool, ability: str, doing: str) -> None:
    """Returns where the pool can. Raises Conflict, as in “The storage of this volume cannot take snapshots”."""
    if not can(pool, ability):
        raise Conflict(f"The storage of this volume cannot {doing}. Move the volume to another pool first.")
