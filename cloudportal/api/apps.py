"""Tells Django about this app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The house style of the REST door."""

    name = "cloudportal.api"
    label = "api"
