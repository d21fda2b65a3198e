"""The life of an instance."""

from cloudportal.core.states import StateTable, group

DEPLOYING = "deploying"
RUNNING = "running"
STARTING = "starting"
STOPPING = "stopping"
REBOOTING = "rebooting"
REINSTALLING = "reinstalling"
STOPPED = "stopped"
DESTROYING = "destroying"
DESTROYED = "destroyed"
EXPUNGING = "expunging"
EXPUNGED = "expunged"
ERROR = "error"

TAKING = "taking"
READY = "ready"
DELETING = "deleting"
DELETED = "deleted"
FAILED = "failed"

INSTANCE = StateTable(
    noun="instance",
    initial=DEPLOYING,
    transient=frozenset({DEPLOYING, STARTING, STOPPING, REBOOTING, REINSTALLING, DESTROYING, EXPUNGING}),
    final=frozenset({EXPUNGED}),
    groups=(
        group(
            "A new instance is deployed, or ends as an error that can be tried again or expunged.",
            (DEPLOYING, "deployed", RUNNING),
            (DEPLOYING, "deployed-stopped", STOPPED),
            (DEPLOYING, "failed", ERROR),
            (ERROR, "deploy", DEPLOYING),
        ),
        group(
            "Power is changed by jobs; one that fails leaves the state before it, or stopped where it came that far.",
            (STOPPED, "start", STARTING),
            (STARTING, "started", RUNNING),
            (STARTING, "failed", STOPPED),
            (RUNNING, "stop", STOPPING),
            (STOPPING, "stopped", STOPPED),
            (STOPPING, "failed", RUNNING),
            (STOPPING, "failed-stopped", STOPPED),
            (RUNNING, "reboot", REBOOTING),
            (REBOOTING, "rebooted", RUNNING),
            (REBOOTING, "failed", RUNNING),
            (REBOOTING, "failed-stopped", STOPPED),
            (RUNNING, "reinstall", REINSTALLING),
            (REINSTALLING, "reinstalled", RUNNING),
            (REINSTALLING, "failed", RUNNING),
            (REINSTALLING, "failed-stopped", STOPPED),
        ),
        group(
            "Destroying stops it and keeps its disks for a while; expunging is for good.",
            (RUNNING, "destroy", DESTROYING),
            (STOPPED, "destroy", DESTROYING),
            (DESTROYING, "destroyed", DESTROYED),
            (DESTROYING, "failed", RUNNING),
            (DESTROYING, "failed-stopped", STOPPED),
            (DESTROYED, "recover", STOPPED),
            (DESTROYED, "expunge", EXPUNGING),
            (ERROR, "expunge", EXPUNGING),
            (EXPUNGING, "expunged", EXPUNGED),
            (EXPUNGING, "failed", DESTROYED),
        ),
        group(
            "What the reconciler found on the host, after an operator or a job accepted it.",
            (RUNNING, "found-stopped", STOPPED),
            (STOPPED, "found-running", RUNNING),
        ),
    ),
)

SNAPSHOT = StateTable(
    noun="instance snapshot",
    initial=TAKING,
    transient=frozenset({TAKING, DELETING}),
    final=frozenset({DELETED}),
    groups=(
        group(
            "A snapshot of an instance is taken, or failed and only good for deleting.",
            (TAKING, "taken", READY),
            (TAKING, "failed", FAILED),
        ),
        group(
            "Deleting takes it out of the instance's disks.",
            (READY, "delete", DELETING),
            (FAILED, "delete", DELETING),
            (DELETING, "deleted", DELETED),
            (DELETING, "failed", FAILED),
        ),
    ),
)
