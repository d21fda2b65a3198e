"""Tells Django about events, alerts and meter marks."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The lowest room with tables."""

    name = "cloudportal.events"
    label = "events"
