"""What people may call things: readable, harmless in XML, files, commands and DNS."""

import re

from cloudportal.core.errors import InvalidInput

_HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Letters of any script, digits, and quiet punctuation. No control characters, no quotes or brackets of a markup.
_LABEL = re.compile(r"[\w.()+@,:#/ -]{1,100}")


def check_hostname(value: str, *, field: str = "name") -> str:
    """The value as an RFC 1123 label in lower case, else InvalidInput for the field."""
    name = value.strip().lower()
    if not _HOSTNAME.fullmatch(name):
        raise InvalidInput.of(
            field, "Use 1 to 63 small letters, digits and dashes, with a letter or digit at both ends."
        )
    return name


def check_domain(value: str, *, field: str = "domain_name") -> str:
    """The value as labels of RFC 1123 with dots between them, or nothing; else InvalidInput for the field."""
    labels = [one for one in value.strip().strip(".").split(".") if one]
    return ".".join(check_hostname(one, field=field) for one in labels)


def check_label(value: str, *, field: str = "name") -> str:
    """The value without outer blanks as a display name of 1 to 100 characters, else InvalidInput for the field."""
    label = value.strip()
    if not _LABEL.fullmatch(label):
        raise InvalidInput.of(field, "Use 1 to 100 letters, digits, spaces and . ( ) + @ , : # / -")
    return label
