"""The drivers that ship with the product, by kind and name; a driver's module is loaded only when it is asked
for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Literal, cast

from cloudportal.drivers.base import Driver

DriverKind = Literal["compute", "storage", "network"]

DRIVERS: dict[str, dict[str, str]] = {
    "compute": {
        "kvm": "compute.drivers.kvm.driver.KvmDriver",
        "simulator": "compute.drivers.simulator.SimulatedCompute",
    },
    "storage": {
        "libvirt-nfs": "storage.drivers.libvirt_pool.nfs.LibvirtNfs",
        "libvirt-pool": "storage.drivers.libvirt_pool.driver.LibvirtPool",
        "simulator": "storage.drivers.simulator.SimulatedStorage",
    },
    "network": {
        "libvirt-network": "networking.drivers.libvirt_network.driver.LibvirtNetwork",
        "simulator": "networking.drivers.simulator.SimulatedNetwork",
    },
}


class UnknownDriver(LookupError):
    """No driver of that kind and name ships with the product."""


def driver_names(kind: DriverKind) -> tuple[str, ...]:
    """The names of all drivers of a kind, in alphabetical order."""
    return tuple(sorted(_named(kind)))


def driver_class(kind: DriverKind, name: str) -> type[Driver]:
    """The driver's class, for reading its settings and abilities. Needs no vendor library; raises
    UnknownDriver.
    """
    dotted = _named(kind).get(name)
    if dotted is None:
        raise UnknownDriver(
            f"There is no {kind} driver named {name!r}; there are {', '.join(driver_names(kind))}."
        )
    module, _, attribute = dotted.rpartition(".")
    return cast("type[Driver]", getattr(import_module(module), attribute))


def open_driver(
    kind: DriverKind, name: str, settings: Mapping[str, object], *, timeout_seconds: float
) -> Driver:
    """A driver ready for calls, each limited to `timeout_seconds`; it connects at its first call.

    Raises UnknownDriver or InvalidSettings. The caller closes it, best by `with`. The rooms' own
    `open_compute`, `open_storage` and `open_network` are the same with the narrower type.
    """
    return driver_class(kind, name)(settings, timeout_seconds=timeout_seconds)


def _named(kind: str) -> dict[str, str]:
    try:
        return DRIVERS[kind]
    except KeyError:
        raise UnknownDriver(
            f"There is no kind of driver named {kind!r}; there are {', '.join(DRIVERS)}."
        ) from None
