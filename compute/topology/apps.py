"""Tells Django about this app."""

from django.apps import AppConfig


class TopologyConfig(AppConfig):
    """Regions, zones, pods, clusters and hosts."""

    name = "compute.topology"
    label = "topology"
