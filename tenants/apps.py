"""Tells Django about the tenants."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Domains, accounts, users, projects, roles, limits."""

    name = "tenants"
