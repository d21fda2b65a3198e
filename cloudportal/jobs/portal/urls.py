"""The addresses of the jobs' pages."""

from cloudportal.jobs.portal import pages

urlpatterns = [*pages.urlpatterns]
