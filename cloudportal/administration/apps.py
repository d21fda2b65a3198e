"""Tells Django about this app."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """The admin door, scoped to what its caller administers."""

    name = "cloudportal.administration"
    label = "administration"
