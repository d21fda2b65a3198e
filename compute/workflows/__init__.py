"""What workers do with instances."""

from compute.workflows import allocate, deploy, destroy, expunge, reboot, repair, start, stop

__all__ = ["allocate", "deploy", "destroy", "expunge", "reboot", "repair", "start", "stop"]
