"""What domains, accounts, users and projects may be called, and where mail may go."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cloudportal.core.errors import InvalidInput
from cloudportal.core.names import check_hostname, check_label

# ASCII only: MariaDB compares é and e as equal, and a name that two people can claim is a way into an account.
_USERNAME = re.compile(r"[a-z0-9_][a-z0-9._@+-]{0,149}")
# The project's account carries the project's name and a few words more, in 100 characters.
PROJECT_NAME_LENGTH = 80


def check_username(value: str, *, field: str = "username") -> str:
    """The name in small letters, else InvalidInput. What signs in must be looked up under what this returns."""
    name = value.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise InvalidInput.of(
            field,
            "Use 1 to 150 of the letters a to z, digits and . _ @ + -, beginning with a letter, digit or _.",
        )
    return name


def check_domain_name(value: str, *, field: str = "name") -> str:
    """A label without `/`, which stands between domains in a path."""
    name = check_label(value, field=field)
    if "/" in name:
        raise InvalidInput.of(field, "A domain's name cannot hold a /, which stands between domains.")
    return name


def check_project_name(value: str, *, field: str = "name") -> str:
    """A label of at most 80 characters."""
    name = check_label(value, field=field)
    if len(name) > PROJECT_NAME_LENGTH:
        raise InvalidInput.of(field, f"Use at most {PROJECT_NAME_LENGTH} characters.")
    return name


def check_email(value: str, *, field: str = "email") -> str:
    """The address without outer blanks; empty stays empty. Raises InvalidInput."""
    address = value.strip()
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput.of(field, "This is not a mail address, such as name@example.org.") from error
    if len(address) > 254:
        raise InvalidInput.of(field, "A mail address has at most 254 characters.")
    return address


def check_network_suffix(value: str, *, field: str = "network_suffix") -> str:
    """A DNS name for the guests' network, in small letters; empty stays empty. Raises InvalidInput."""
    suffix = value.strip().lower().rstrip(".")
    if not suffix:
        return ""
    if len(suffix) > 100:
        raise InvalidInput.of(field, "Use at most 100 characters.")
    return ".".join(check_hostname(part, field=field) for part in suffix.split("."))


def check_text(value: str, *, field: str, most: int = 255) -> str:
    """Free words on one line, at most `most` characters. Raises InvalidInput."""
    text = value.strip()
    if len(text) > most:
        raise InvalidInput.of(field, f"Use at most {most} characters.")
    if any(not letter.isprintable() for letter in text):
        raise InvalidInput.of(
            field, "Use letters, digits and punctuation on one line, no control characters."
        )
    return text
