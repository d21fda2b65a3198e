"""The order of the operator's own class."""

from collections.abc import Sequence

from compute.placement.custom import weights_of
from compute.placement.request import Request
from compute.topology.models import Host
from tenants.queries import settings_value


def weigh(request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """As the class that the setting names says. Raises OrderFailed."""
    return weights_of(settings_value("placement.custom_class"), request, hosts)
