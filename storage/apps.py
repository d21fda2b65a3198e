"""Tells Django about this app."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """Pools, volumes, templates."""

    name = "storage"
    label = "storage"
