"""The addresses of the pages about infrastructure."""

from compute.topology.portal import clusters, hosts, start_page, zones

urlpatterns = [*zones.urlpatterns, *clusters.urlpatterns, *hosts.urlpatterns]

__all__ = ["start_page", "urlpatterns"]
