"""Where images may be registered from: files in directories that the machine's operator named, and nothing else.

Whoever may register a file could otherwise read any file of the server through an instance.
"""

from pathlib import Path

from django.conf import settings

from cloudportal import environment
from cloudportal.core.errors import InvalidInput


def directories() -> tuple[Path, ...]:
    """The directories in PORTAL_TEMPLATE_SOURCES; by default `images` in the state directory, and where the small
    guest image is built.
    """
    default = f"{settings.STATE_DIR / 'images'},{settings.BASE_DIR / 'var' / 'image'}"
    return tuple(Path(one).resolve() for one in environment.words("PORTAL_TEMPLATE_SOURCES", default))


def source_file(path: str) -> Path:
    """The file itself, behind all links. Raises InvalidInput, the same for a file outside as for none."""
    try:
        resolved = Path(path).resolve(strict=True)
    except (OSError, ValueError):
        raise _refusal() from None
    if not resolved.is_file() or not any(resolved.is_relative_to(one) for one in directories()):
        raise _refusal()
    return resolved


def _refusal() -> InvalidInput:
    where = " or ".join(str(one) for one in directories())
    return InvalidInput.of("source_file", f"There is no such file in {where}. Put the image there first.")
