"""Regions, zones, pods, clusters and hosts."""
