"""The settings of storage: where images may be fetched from, how large they may be, how long links and copies live."""

from ipaddress import ip_network

from tenants.declarations import Kind, PlaceKind, declare


def _networks_fault(values: list[str]) -> str | None:
    try:
        for value in values:
            ip_network(value)
    except ValueError as error:
        return f"Use networks such as 10.20.0.0/16 with commas between them ({error})."
    return None


def _ports_fault(values: list[str]) -> str | None:
    if all(value.isascii() and value.isdigit() and 0 < int(value) < 65536 for value in values):
        return None
    return "Use ports from 1 to 65535 with commas between them."


FETCH_NETWORKS = declare(
    "fetch.allowed_networks",
    Kind.LIST,
    [],
    "Networks of your own, beside the public internet, that users may have files fetched from, such as that of a "
    "mirror: 10.20.30.0/28. Link-local, multicast and metadata addresses stay closed.",
    "images",
    check=_networks_fault,
)
FETCH_PORTS = declare(
    "fetch.allowed_ports",
    Kind.LIST,
    ["80", "443", "8080", "8443"],
    "The ports that users may have files fetched from.",
    "images",
    check=_ports_fault,
)
FETCH_TIME = declare(
    "fetch.longest_time",
    Kind.DURATION,
    6 * 3600,
    "How long fetching one file may take.",
    "images",
    minimum=60,
    maximum=7 * 86400,
)
LARGEST_FILE = declare(
    "image.largest_file_gib",
    Kind.INT,
    100,
    "How many GiB an image that is fetched or uploaded may have as a file.",
    "images",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    minimum=1,
    maximum=16 * 1024,
)
UPLOAD_LIFETIME = declare(
    "upload.lifetime",
    Kind.DURATION,
    3600,
    "How long after its last byte an upload may be gone on with.",
    "images",
    minimum=60,
    maximum=7 * 86400,
)
DOWNLOAD_LIFETIME = declare(
    "download.lifetime",
    Kind.DURATION,
    3600,
    "How long a link to a file is good for.",
    "images",
    minimum=60,
    maximum=7 * 86400,
)
VOLUME_EXPUNGE_DELAY = declare(
    "volume.expunge_delay",
    Kind.DURATION,
    24 * 3600,
    "How long a destroyed volume can be recovered before it is deleted.",
    "storage",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    maximum=365 * 86400,
)
COPY_KEPT = declare(
    "image.copy_kept",
    Kind.DURATION,
    7 * 86400,
    "How long a pool keeps the copy of an image that nothing was made from and nothing stands on.",
    "images",
    minimum=3600,
    maximum=3650 * 86400,
)
