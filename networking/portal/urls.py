"""The addresses of the pages about networks."""

from networking.portal import networks, security_groups

urlpatterns = [*networks.urlpatterns, *security_groups.urlpatterns]
