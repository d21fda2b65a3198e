"""Changes to the network cards of instances: each makes its rows, and a job that makes the guest so."""

from compute.services.nics.addresses import add_address, remove_address
from compute.services.nics.cables import connect, disconnect
from compute.services.nics.defaults import make_default
from compute.services.nics.members import set_groups
from compute.services.nics.plugging import NewNic, add, remove

__all__ = [
    "NewNic",
    "add",
    "add_address",
    "connect",
    "disconnect",
    "make_default",
    "remove",
    "remove_address",
    "set_groups",
]
