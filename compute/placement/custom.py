"""The operator's own order of hosts: a class that a setting names. It is loaded from modules that the machine's own
configuration allows, tried when it is set, and never replaced by another order when it fails.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings

from cloudportal.core.errors import PortalError

if TYPE_CHECKING:
    from compute.placement.request import Request
    from compute.topology.models import Host

_NAME = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)", re.ASCII)


class CustomOrder(ABC):
    """What such a class is. It is made anew for each placement, without arguments."""

    @abstractmethod
    def weigh(self, request: Request, hosts: Sequence[Host]) -> Mapping[int, float]:
        """For each host, by its id, how good it is for the request: 0 (last) to 1 (first).

        The hosts have passed every check. It must not change anything, and answers within seconds.
        """


class OrderFailed(PortalError):
    """The class could not be loaded, raised, or gave no sense; `fault` is for operators."""

    code: ClassVar[str] = "placement-order-failed"
    status: ClassVar[int] = 503
    sentence: ClassVar[str] = (
        "No host can be chosen right now: the operator's own rule for it failed. Nothing was started, and the "
        "operators have been told. Try again later."
    )

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__()


def fault_in(name: str) -> str | None:
    """Why the setting cannot have this value, or None. Empty names no class."""
    if not name:
        return None
    try:
        load(name)
    except OrderFailed as failure:
        return failure.fault
    return None


def load(name: str) -> CustomOrder:
    """An instance of the class. Raises OrderFailed."""
    found = _NAME.fullmatch(name)
    if not found:
        raise OrderFailed("Name it as package.module:Class.")
    module_name, class_name = found.groups()
    if module_name not in settings.PLACEMENT_MODULES:
        raise OrderFailed(f"PORTAL_PLACEMENT_MODULES does not name the module {module_name} on this machine.")
    try:
        kind = getattr(import_module(module_name), class_name, None)
        made = kind() if isinstance(kind, type) and issubclass(kind, CustomOrder) else None
    # Whatever a strange module does wrong, the portal goes on.
    except Exception as error:
        raise OrderFailed(f"{name} cannot be loaded: {type(error).__name__}: {error}"[:500]) from error
    if made is None:
        raise OrderFailed(f"{name} is no class that derives from compute.placement.custom.CustomOrder.")
    return made


def weights_of(name: str, request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """What the class says, checked. Raises OrderFailed."""
    if not name:
        raise OrderFailed("placement.order is custom, and placement.custom_class names no class.")
    order = load(name)
    try:
        given = dict(order.weigh(request, hosts))
        weights = {host.pk: float(given[host.pk]) for host in hosts}
    except Exception as error:
        raise OrderFailed(f"{name} failed: {type(error).__name__}: {error}"[:500]) from error
    if not all(math.isfinite(one) and 0 <= one <= 1 for one in weights.values()):
        raise OrderFailed(f"{name} gave a weight that is not 0 to 1.")
    return weights
