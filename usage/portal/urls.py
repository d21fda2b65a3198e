"""The addresses of the pages about usage."""

from usage.portal import pages

urlpatterns = [*pages.urlpatterns]
