"""The settings of instances: how hosts are chosen, how long things are waited for and kept."""

from compute.drivers.seeds.parts import is_multipart
from compute.placement import custom
from compute.placement.orders import FIRST_FIT, ORDERS, PREFER, STRICT
from tenants.declarations import Kind, PlaceKind, declare

PLACEMENT_ORDER = declare(
    "placement.order",
    Kind.CHOICE,
    FIRST_FIT,
    "In which order hosts with room are tried: the first that fits, the fullest, the emptiest, any, or the one with "
    "the fewest instances of the same account, or by the class that placement.custom_class names.",
    "placement",
    places=(PlaceKind.ZONE,),
    choices=ORDERS,
)
CUSTOM_ORDER = declare(
    "placement.custom_class",
    Kind.STR,
    "",
    "The class that weighs hosts where the order is custom, as package.module:Class. Its module must be one of those "
    "that PORTAL_PLACEMENT_MODULES names on every machine of the portal.",
    "placement",
    check=custom.fault_in,
)
OS_PREFERENCE = declare(
    "placement.os_preference",
    Kind.CHOICE,
    PREFER,
    "Whether hosts that are meant for another operating system come last, or are refused.",
    "placement",
    places=(PlaceKind.ZONE,),
    choices=(PREFER, STRICT),
)
STOP_TIMEOUT = declare(
    "instance.stop_timeout",
    Kind.DURATION,
    60,
    "How long an instance may take to shut down before its power is cut.",
    "instances",
    places=(PlaceKind.ZONE,),
    minimum=1,
    maximum=900,
)
GROWTH = declare(
    "instance.growth",
    Kind.INT,
    4,
    "How many times its CPUs and its memory an instance can grow to while it runs, within what its host has. It is "
    "decided when the instance starts; with 1 it must be stopped to be resized.",
    "instances",
    places=(PlaceKind.ZONE,),
    minimum=1,
    maximum=64,
)
EXPUNGE_DELAY = declare(
    "instance.expunge_delay",
    Kind.DURATION,
    24 * 3600,
    "How long a destroyed instance can be recovered before it is expunged.",
    "instances",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    maximum=365 * 86400,
)
HISTORY_KEPT = declare(
    "instance.history_kept",
    Kind.DURATION,
    7 * 86400,
    "How long an expunged instance can still be looked up. Its events and usage are kept regardless.",
    "instances",
    maximum=3650 * 86400,
)
USER_DATA_LIMIT = declare(
    "instance.user_data_limit",
    Kind.INT,
    32 * 1024,
    "How many bytes of user data an instance may be given.",
    "instances",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    minimum=0,
    maximum=1024 * 1024,
)


def _vendor_data_fault(text: str) -> str | None:
    if not text or text.startswith("#") or is_multipart(text):
        return None
    return "Begin with what tells cloud-init what it is, such as #cloud-config or #!/bin/sh."


VENDOR_DATA = declare(
    "instance.vendor_data",
    Kind.STR,
    "",
    "What every guest with cloud-init is told beside its tenant's own user data, which goes before it, such as a "
    "#cloud-config document. Tenants can read it inside, so put no secrets there.",
    "instances",
    places=(PlaceKind.ZONE, PlaceKind.DOMAIN),
    check=_vendor_data_fault,
)
CONSOLE_IDLE = declare(
    "console.idle_timeout",
    Kind.DURATION,
    30 * 60,
    "How long a console stays open while nobody touches it.",
    "consoles",
    minimum=60,
    maximum=86400,
)
CONSOLE_LONGEST = declare(
    "console.longest",
    Kind.DURATION,
    8 * 3600,
    "How long a console may stay open altogether.",
    "consoles",
    minimum=60,
    maximum=7 * 86400,
)
LEASE_DAYS = declare(
    "instance.lease_days",
    Kind.INT,
    0,
    "How many days a new instance may live before its lease ends; 0 gives it no end.",
    "instances",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    minimum=0,
    maximum=3650,
)
LEASE_LONGEST = declare(
    "instance.lease_longest",
    Kind.INT,
    0,
    "How many days from now an instance may live at most, as its owner deploys or extends it, and how many one lives "
    "where nothing else says; 0 means any number.",
    "instances",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    minimum=0,
    maximum=3650,
)
LEASE_POLICY = declare(
    "instance.lease_policy",
    Kind.CHOICE,
    "stop",
    "What becomes of an instance when its lease ends.",
    "instances",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    choices=("stop", "destroy"),
)
LEASE_WARNING = declare(
    "instance.lease_warning",
    Kind.INT,
    3,
    "How many days before a lease ends its owner is told.",
    "instances",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    minimum=0,
    maximum=365,
)
MOST_SNAPSHOTS = declare(
    "instance.most_snapshots",
    Kind.INT,
    10,
    "How many snapshots an instance may have. They lie in its disks and slow them down.",
    "instances",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    minimum=0,
    maximum=100,
)
