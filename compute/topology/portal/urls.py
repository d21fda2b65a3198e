"""The addresses of the pages about infrastructure."""

from compute.topology.portal import clusters, hosts, os_types, start_page, zones

urlpatterns = [*zones.urlpatterns, *clusters.urlpatterns, *hosts.urlpatterns, *os_types.urlpatterns]

__all__ = ["start_page", "urlpatterns"]
