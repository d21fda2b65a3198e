"""The tenants in the admin."""

from tenants.admin import credentials, people, projects

__all__ = ["credentials", "people", "projects"]
