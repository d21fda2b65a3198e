"""The addresses of the pages about infrastructure."""

from compute.topology.portal import clusters, hosts, zones

urlpatterns = [*zones.urlpatterns, *clusters.urlpatterns, *hosts.urlpatterns]
