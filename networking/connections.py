"""The one place where a network driver is opened."""

from cloudportal.drivers.registry import driver_class
from cloudportal.drivers.settings import InvalidSettings, Scope
from compute.topology.connections import CALL_SECONDS
from compute.topology.driver_settings import Configured, merged, outdated
from compute.topology.models import Host
from networking.drivers.contract import NetworkDriver
from networking.drivers.opening import open_network
from networking.models import Network


def network_driver(network: Network, host: Host, *, timeout_seconds: float = CALL_SECONDS) -> NetworkDriver:
    """The driver that lays the network on the host, ready for calls of at most that long each; use it in a `with`.

    Never call it inside a transaction.
    """
    rows: dict[Scope, Configured] = {"network": network}
    if any(one.scope == "host" for one in driver_class("network", network.driver).settings):
        rows["host"] = host
    try:
        return open_network(
            network.driver, merged("network", network.driver, rows), timeout_seconds=timeout_seconds
        )
    except InvalidSettings as error:
        raise outdated(f"the network {network.name} on {host.name}", error) from error
