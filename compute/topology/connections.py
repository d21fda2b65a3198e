"""The one place where a compute driver is opened."""

from cloudportal.drivers.settings import InvalidSettings
from compute.drivers.contract import ComputeDriver
from compute.drivers.opening import open_compute
from compute.topology.driver_settings import merged, outdated
from compute.topology.models import Host

# For questions that a round of watching waits for. A KVM host that is asked for the first time tries out its
# acceleration, for up to half of this.
ASK_SECONDS = 20.0
# For changes: longer than a hypervisor under load takes to define and start a guest (seconds), short enough that
# a hanging one does not keep a worker.
CALL_SECONDS = 120.0


def compute_driver(host: Host, *, timeout_seconds: float = CALL_SECONDS) -> ComputeDriver:
    """The host's driver, ready for calls of at most that long each; use it in a `with`.

    It connects at its first call. Raises the driver's own errors only (`cloudportal.drivers.errors`). Never
    call it inside a transaction.
    """
    try:
        return open_compute(
            host.driver, merged("compute", host.driver, host), timeout_seconds=timeout_seconds
        )
    except InvalidSettings as error:
        raise outdated(f"the host {host.name}", error) from error
