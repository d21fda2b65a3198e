"""The one place where a network driver is opened."""

from cloudportal.drivers.settings import InvalidSettings
from compute.topology.connections import CALL_SECONDS
from compute.topology.driver_settings import merged, needs_host, outdated
from compute.topology.models import Host
from networking.drivers.contract import NetworkDriver
from networking.drivers.opening import open_network
from networking.models import Network


def network_driver(network: Network, host: Host, *, timeout_seconds: float = CALL_SECONDS) -> NetworkDriver:
    """The driver that lays the network on the host, ready for calls of at most that long each; use it in a `with`.

    A network without a connection of its own is laid through the host's. Never call it inside a transaction.
    """
    through = host if needs_host("network", network.driver, network) else None
    try:
        return open_network(
            network.driver,
            merged("network", network.driver, network, host=through),
            timeout_seconds=timeout_seconds,
        )
    except InvalidSettings as error:
        raise outdated(f"the network {network.name} on {host.name}", error) from error
