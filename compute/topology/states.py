"""The lives of zones, pods, clusters and hosts."""

from cloudportal.core.states import StateTable, group

ENABLED = "enabled"
DISABLED = "disabled"

CONNECTING = "connecting"
UP = "up"
UNREACHABLE = "unreachable"
MAINTENANCE = "maintenance"
REMOVING = "removing"

# Three silent rounds: one lost packet or a BMC reset (about 40 s) must not mark a host down.
SILENT_ROUNDS = 3

ALLOCATION = StateTable(
    noun="place",
    initial=ENABLED,
    groups=(
        group(
            "A disabled zone, pod or cluster takes nothing new and keeps what it has.",
            (ENABLED, "disable", DISABLED),
            (DISABLED, "enable", ENABLED),
        ),
    ),
)

HOST = StateTable(
    noun="host",
    initial=CONNECTING,
    transient=frozenset({CONNECTING, REMOVING}),
    groups=(
        group(
            "A new host is asked what it is; one that does not answer can be asked again.",
            (CONNECTING, "connected", UP),
            (CONNECTING, "lost", UNREACHABLE),
            (UNREACHABLE, "reconnect", CONNECTING),
            (DISABLED, "reconnect", CONNECTING),
        ),
        group(
            "A host that falls silent takes nothing new until it answers again.",
            (UP, "lost", UNREACHABLE),
            (UNREACHABLE, "found", UP),
        ),
        group(
            "Operators take hosts out of use and back.",
            (UP, "disable", DISABLED),
            (UNREACHABLE, "disable", DISABLED),
            (DISABLED, "enable", UP),
            (UP, "maintain", MAINTENANCE),
            (DISABLED, "maintain", MAINTENANCE),
            (UNREACHABLE, "maintain", MAINTENANCE),
            (MAINTENANCE, "enable", UP),
        ),
        group(
            "An empty host can be removed.",
            (DISABLED, "remove", REMOVING),
            (MAINTENANCE, "remove", REMOVING),
            (UNREACHABLE, "remove", REMOVING),
            (REMOVING, "keep", DISABLED),
        ),
    ),
)
