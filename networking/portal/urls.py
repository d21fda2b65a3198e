"""The addresses of the pages about networks."""

from networking.portal import networks

urlpatterns = [*networks.urlpatterns]
