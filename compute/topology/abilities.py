"""What hosts and drivers can do, read from the driver's class; nothing is opened or asked here."""

from dataclasses import dataclass

from cloudportal.drivers.registry import DriverKind, driver_class, driver_names
from cloudportal.drivers.settings import Scope, Setting
from compute.drivers.contract import abilities_of
from compute.drivers.growth import ResizesGuests
from compute.topology.driver_settings import declared
from compute.topology.models import Cluster, Host


@dataclass(frozen=True)
class KnownDriver:
    """A driver as forms and schemas offer it; `settings` are those of the scope that was asked for."""

    name: str
    label: str
    settings: tuple[Setting, ...]


def known_drivers(kind: DriverKind, scope: Scope) -> tuple[KnownDriver, ...]:
    """Every driver of the kind, by name, with what can be filled in for a host, pool or network."""
    return tuple(
        KnownDriver(name, driver_class(kind, name).label, declared(kind, name, scope))
        for name in driver_names(kind)
    )


def abilities(place: Host | Cluster) -> frozenset[str]:
    """The names of the capabilities behind a host or cluster, such as `RunsGuests`."""
    return abilities_of(driver_class("compute", place.driver))


def can(place: Host | Cluster, ability: str) -> bool:
    """True where the place's driver has the capability of that name."""
    return ability in abilities(place)


def memory_step_mib(place: Host | Cluster) -> int:
    """In which steps a running guest of the place is given memory; 0 where it is given none."""
    driver = driver_class("compute", place.driver)
    return driver.memory_step_mib if issubclass(driver, ResizesGuests) else 0


def drivers_that_can(ability: str) -> tuple[str, ...]:
    """The names of the compute drivers that have the capability, for narrowing in SQL."""
    return tuple(
        name for name in driver_names("compute") if ability in abilities_of(driver_class("compute", name))
    )
