"""The addresses of the pages about networks."""

from networking.portal import addresses, networks, security_groups

urlpatterns = [*addresses.urlpatterns, *networks.urlpatterns, *security_groups.urlpatterns]
