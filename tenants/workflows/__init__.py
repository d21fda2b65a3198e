"""What workers do for the tenants; importing a module registers its workflow."""

from tenants.workflows import delete_account, delete_domain, delete_project, send_invitation

__all__ = ["delete_account", "delete_domain", "delete_project", "send_invitation"]
