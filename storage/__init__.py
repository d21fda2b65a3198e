"""Pools, volumes, templates."""
