"""Tells Django about this app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A small world to look at and to test with."""

    name = "cloudportal.demo"
    label = "demo"
