"""What a template says of the guests that begin as it: how they read what they are told, and who signs in to them."""

import re
from typing import Any

from cloudportal.core.errors import InvalidInput

# The formats of cloud-init's NoCloud, and of OpenStack's config drive; the latter is what Windows guests read.
NO_CLOUD = "nocloud"
CONFIG_DRIVE = "config-drive"
GUEST_DATA_FORMATS = (NO_CLOUD, CONFIG_DRIVE)
ROOT = "root"
# As useradd(8) advises, and short enough for every system's tables of users.
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


def format_for(os_type: str, wanted: str) -> str:
    """The format that guests of such a template are told in; what its owner wants goes before what its system is."""
    return wanted or (CONFIG_DRIVE if is_windows(os_type) else NO_CLOUD)


def is_windows(os_type: str) -> bool:
    """True where the system's name says so."""
    return "windows" in os_type.lower()


def checked_terms(values: dict[str, Any]) -> dict[str, Any]:
    """The values, of which the format and the user who signs in (root where none is named) are checked.

    Raises InvalidInput.
    """
    wanted = values.get("guest_data_format", "")
    if wanted and wanted not in GUEST_DATA_FORMATS:
        raise InvalidInput.of("guest_data_format", f"Use one of {', '.join(GUEST_DATA_FORMATS)}, or nothing.")
    if "login_user" not in values:
        return values
    user = values["login_user"].strip() or ROOT
    if not _USER.fullmatch(user):
        raise InvalidInput.of(
            "login_user", "Use the name of a user inside the guest: 1 to 32 small letters, digits, _ and -."
        )
    return {**values, "login_user": user}
