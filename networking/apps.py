"""Tells Django about this app."""

from django.apps import AppConfig


class NetworkingConfig(AppConfig):
    """Networks, addresses."""

    name = "networking"
    label = "networking"
