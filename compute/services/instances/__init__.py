"""Changes to instances, one verb each: checks, limits, rows, event and job, together or not at all."""

from compute.services.instances.affinity import change_groups
from compute.services.instances.consoles import open_console
from compute.services.instances.deploy import DeployValues, deploy, retry
from compute.services.instances.endings import destroy, expunge, recover
from compute.services.instances.login import reset_password, reset_ssh_keys
from compute.services.instances.move import MoveValues, move
from compute.services.instances.power import reboot, start, stop
from compute.services.instances.reinstall import ReinstallValues, reinstall
from compute.services.instances.resize import ResizeValues, resize
from compute.services.instances.update import InstanceChanges, update

__all__ = [
    "DeployValues",
    "InstanceChanges",
    "MoveValues",
    "ReinstallValues",
    "ResizeValues",
    "change_groups",
    "deploy",
    "destroy",
    "expunge",
    "move",
    "open_console",
    "reboot",
    "recover",
    "reinstall",
    "reset_password",
    "reset_ssh_keys",
    "resize",
    "retry",
    "start",
    "stop",
    "update",
]
