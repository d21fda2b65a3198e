"""What networking does before a host is removed: its networks are taken from it."""

from compute.topology.departures import before_removal
from compute.topology.models import Host
from networking import network_work
from networking.models import NetworkPlacement


def clear(host: Host) -> None:
    """No network of ours is left on the host. The placements' rows go with the host's."""
    placements = NetworkPlacement.objects.filter(host=host).select_related("network__zone")
    for placement in placements:
        network_work.remove_network_from_host(placement.network, host)


before_removal("networks", clear)
