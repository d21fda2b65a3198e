"""Puts our site in the place of Django's own admin."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin, with the portal's site."""

    default_site = "cloudportal.administration.site.PortalAdmin"
