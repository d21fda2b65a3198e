"""Where the infrastructure is at the REST door."""

from cloudportal.api.routes import patterns
from compute.topology.api.drivers import DRIVER_LIST
from compute.topology.api.hosts import HOSTS
from compute.topology.api.os_types import OS_CATEGORIES, OS_TYPES
from compute.topology.api.places import CLUSTERS, PODS, REGIONS, ZONES

urlpatterns = patterns(
    REGIONS, ZONES, PODS, CLUSTERS, HOSTS, OS_CATEGORIES, OS_TYPES, operations=(DRIVER_LIST,)
)
