"""Tells Django about the jobs."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Finds every app's workflows and periodic work when the program starts."""

    name = "cloudportal.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Imports `workflows` and `periodic` of every app, which register themselves."""
        autodiscover_modules("workflows", "periodic")
