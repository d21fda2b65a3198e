"""What pools can do, read from their driver's class; nothing is opened or asked here."""

from typing import cast

from cloudportal.core.errors import Conflict
from cloudportal.drivers.registry import driver_class
from storage.drivers.contract import StorageDriver, abilities_of
from storage.models import Pool


def can(pool: Pool, ability: str) -> bool:
    """True where the pool's driver has the capability of that name."""
    return ability in abilities_of(driver_class("storage", pool.driver))


def are_kin(one: Pool, other: Pool) -> bool:
    """True where a host that reaches both pools can copy volumes from one to the other."""
    kinds = [cast("type[StorageDriver]", driver_class("storage", pool.driver)) for pool in (one, other)]
    return kinds[0].family == kinds[1].family


def demand(pool: Pool, ability: str, doing: str) -> None:
    """Returns where the pool can. Raises Conflict, as in “The storage of this volume cannot take snapshots”."""
    if not can(pool, ability):
        raise Conflict(f"The storage of this volume cannot {doing}. Move the volume to another pool first.")
