"""Tells Django about this app."""

from django.apps import AppConfig


class UsageConfig(AppConfig):
    """Counts what happened."""

    name = "usage"
    label = "usage"
