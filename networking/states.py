"""The lives of networks and addresses."""

from cloudportal.core.states import StateTable, group

READY = "ready"
DELETING = "deleting"

FREE = "free"
TAKEN = "taken"
RESERVED = "reserved"

NETWORK = StateTable(
    noun="network",
    initial=READY,
    transient=frozenset({DELETING}),
    groups=(
        group(
            "A network is laid on a host when the first guest needs it; deleting takes it from every host.",
            (READY, "delete", DELETING),
            (DELETING, "keep", READY),
        ),
    ),
)

ADDRESS = StateTable(
    noun="IP address",
    initial=FREE,
    groups=(
        group(
            "An address is somebody's or nobody's; the guarded move lets one of many have it.",
            (FREE, "take", TAKEN),
            (TAKEN, "release", FREE),
        ),
        group(
            "A reserved address is given to nobody: something that the portal does not know has it.",
            (FREE, "reserve", RESERVED),
            (RESERVED, "unreserve", FREE),
        ),
    ),
)
