"""The tables of the infrastructure's tree."""

from compute.topology.models.dedications import Dedication
from compute.topology.models.hosts import Host
from compute.topology.models.offered import Offered, Offerings
from compute.topology.models.places import Cluster, OpenZones, Pod, Region, Zone
from compute.topology.models.systems import OsCategory, OsType

__all__ = [
    "Cluster",
    "Dedication",
    "Host",
    "Offered",
    "Offerings",
    "OpenZones",
    "OsCategory",
    "OsType",
    "Pod",
    "Region",
    "Zone",
]
