"""What workers do with instances."""

from compute.workflows import (
    allocate,
    attach,
    deploy,
    destroy,
    detach,
    expunge,
    nics,
    reboot,
    repair,
    resize_volume,
    start,
    stop,
)

__all__ = [
    "allocate",
    "attach",
    "deploy",
    "destroy",
    "detach",
    "expunge",
    "nics",
    "reboot",
    "repair",
    "resize_volume",
    "start",
    "stop",
]
