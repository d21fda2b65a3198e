"""Tells Django about this app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The house style of the portal."""

    name = "cloudportal.portal"
    label = "portal"
