"""Tells Django about the tenants."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TenantsConfig(AppConfig):
    """Domains, accounts, users, projects, roles, limits."""

    name = "tenants"

    def ready(self) -> None:
        """Imports what every app declares here: its actions (roles follow them), the settings that it reads
        (`configuration`), what of its own departs with an account (`holdings`), and what it counts (`recounts`).
        """
        autodiscover_modules("actions", "credential_actions", "configuration", "holdings", "recounts")
        # Registers how keys and tokens end together with their users' access.
        import_module("tenants.services.credentials")
