"""What workers do with storage pools, templates and volumes."""

from storage.workflows import (
    adopt_template,
    create_volume,
    delete_snapshot,
    delete_template,
    delete_volume,
    fetch_template,
    pool_connect,
    pool_leave,
    restore_volume,
)

__all__ = [
    "adopt_template",
    "create_volume",
    "delete_snapshot",
    "delete_template",
    "delete_volume",
    "fetch_template",
    "pool_connect",
    "pool_leave",
    "restore_volume",
]
