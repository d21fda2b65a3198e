"""The lives of pools, volumes and templates."""

from cloudportal.core.states import StateTable, group

CONNECTING = "connecting"
UP = "up"
DISABLED = "disabled"
MAINTENANCE = "maintenance"
EVACUATING = "evacuating"

ALLOCATED = "allocated"
CREATING = "creating"
READY = "ready"
DESTROYED = "destroyed"
DELETING = "deleting"
DELETED = "deleted"
ERROR = "error"

FETCHING = "fetching"
UPLOADING = "uploading"

POOL = StateTable(
    noun="storage pool",
    initial=CONNECTING,
    transient=frozenset({CONNECTING, EVACUATING}),
    groups=(
        group(
            "A new pool is made or found by its driver before anything is put into it.",
            (CONNECTING, "connected", UP),
            (CONNECTING, "failed", DISABLED),
            (DISABLED, "reconnect", CONNECTING),
        ),
        group(
            "Operators take pools out of use and back.",
            (UP, "disable", DISABLED),
            (DISABLED, "enable", UP),
            (UP, "maintain", MAINTENANCE),
            (MAINTENANCE, "enable", UP),
        ),
        group(
            "A pool is emptied before its maintenance; one that could not be emptied, or is not to be, stays up.",
            (UP, "evacuate", EVACUATING),
            (EVACUATING, "emptied", MAINTENANCE),
            (EVACUATING, "stay", UP),
        ),
    ),
)

VOLUME = StateTable(
    noun="volume",
    initial=ALLOCATED,
    transient=frozenset({CREATING, DELETING}),
    final=frozenset({DELETED}),
    groups=(
        group(
            "A volume is a wish until it is made on a pool; a making that fails or is undone leaves the wish.",
            (ALLOCATED, "create", CREATING),
            (CREATING, "created", READY),
            (CREATING, "failed", ALLOCATED),
            (READY, "unmake", ALLOCATED),
        ),
        group(
            "A volume whose owner sends its content waits for that, and is then made as every other.",
            (ALLOCATED, "await", UPLOADING),
            (UPLOADING, "receive", ALLOCATED),
            (UPLOADING, "delete", DELETING),
        ),
        group(
            "A volume that was destroyed is put aside and can be recovered, until it is deleted.",
            (READY, "destroy", DESTROYED),
            (DESTROYED, "recover", READY),
        ),
        group(
            "Deleting frees the place on the pool; what cannot be freed is kept in sight.",
            (DESTROYED, "delete", DELETING),
            (ALLOCATED, "delete", DELETING),
            (CREATING, "delete", DELETING),
            (READY, "delete", DELETING),
            (ERROR, "delete", DELETING),
            (DELETING, "deleted", DELETED),
            (DELETING, "failed", ERROR),
        ),
    ),
)

SNAPSHOT = StateTable(
    noun="snapshot",
    initial=CREATING,
    transient=frozenset({CREATING, DELETING}),
    final=frozenset({DELETED}),
    groups=(
        group(
            "A snapshot is copied out of its volume and kept in the store; one that failed is only good for deleting.",
            (CREATING, "created", READY),
            (CREATING, "failed", ERROR),
        ),
        group(
            "Deleting takes its image from the store.",
            (READY, "delete", DELETING),
            (ERROR, "delete", DELETING),
            (DELETING, "deleted", DELETED),
            (DELETING, "failed", ERROR),
        ),
    ),
)

EXPORT = StateTable(
    noun="volume export",
    initial=CREATING,
    transient=frozenset({CREATING}),
    # From either the row itself goes.
    final=frozenset({READY, ERROR}),
    groups=(
        group(
            "A copy is made to be taken out, and is forgotten when its time is over or its making failed.",
            (CREATING, "created", READY),
            (CREATING, "failed", ERROR),
        ),
    ),
)

TEMPLATE = StateTable(
    noun="template",
    initial=FETCHING,
    transient=frozenset({FETCHING, DELETING}),
    final=frozenset({DELETED}),
    groups=(
        group(
            "An image is fetched and inspected before anybody may use it.",
            (FETCHING, "ready", READY),
            (FETCHING, "failed", ERROR),
            (ERROR, "fetch", FETCHING),
        ),
        group(
            "An image that its owner sends is waited for; what is sent is then taken as every other.",
            (ERROR, "upload", UPLOADING),
            (UPLOADING, "fetch", FETCHING),
            (UPLOADING, "expired", ERROR),
        ),
        group(
            "Deleting a template takes its image from the store and the pools.",
            (UPLOADING, "delete", DELETING),
            (READY, "delete", DELETING),
            (ERROR, "delete", DELETING),
            (DELETING, "deleted", DELETED),
            (DELETING, "failed", ERROR),
        ),
    ),
)
