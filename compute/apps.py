"""Tells Django about this app."""

from importlib import import_module

from django.apps import AppConfig


class ComputeConfig(AppConfig):
    """Instances: places, drives and repairs them."""

    name = "compute"
    label = "compute"

    def ready(self) -> None:
        """Registers what instances say about changes to their volumes and networks."""
        import_module("compute.services.volume_rules")
        import_module("compute.services.network_users")
