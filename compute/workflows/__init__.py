"""What workers do with instances."""

from compute.workflows import (
    allocate,
    attach,
    deploy,
    destroy,
    detach,
    expunge,
    guards,
    nics,
    reboot,
    refit,
    repair,
    resize,
    resize_volume,
    start,
    stop,
    take_snapshot,
)

__all__ = [
    "allocate",
    "attach",
    "deploy",
    "destroy",
    "detach",
    "expunge",
    "guards",
    "nics",
    "reboot",
    "refit",
    "repair",
    "resize",
    "resize_volume",
    "start",
    "stop",
    "take_snapshot",
]
