"""What workers do with storage pools, templates and volumes."""

from storage.workflows import create_volume, delete_template, delete_volume, fetch_template, pool_connect

__all__ = ["create_volume", "delete_template", "delete_volume", "fetch_template", "pool_connect"]
