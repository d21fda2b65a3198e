"""Tells Django about this app."""

from django.apps import AppConfig


class ComputeConfig(AppConfig):
    """Instances: places, drives and repairs them."""

    name = "compute"
    label = "compute"
