"""The addresses of the pages of events and alerts."""

from cloudportal.events.portal import alerts, events

urlpatterns = [*events.urlpatterns, *alerts.urlpatterns]
