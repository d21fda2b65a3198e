"""What workers do with networks."""

from networking.workflows import delete_network, leave_host, update_network

__all__ = ["delete_network", "leave_host", "update_network"]
