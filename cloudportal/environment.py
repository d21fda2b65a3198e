"""Reads the process environment into typed values, so that settings stay a list of choices."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The variable's value, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes, on. Anything else that is set is False."""
    value = os.environ.get(name)
    return default if not value else value.strip().lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    """A whole number. Raises ImproperlyConfigured naming the variable."""
    value = os.environ.get(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str) -> str:
    """A secret from NAME, or from the file that NAME_FILE points to; empty when neither is set."""
    path = os.environ.get(f"{name}_FILE")
    return Path(path).read_text().strip() if path else text(name)


def kept_secret(name: str, path: Path, *, make: Any = lambda: secrets.token_urlsafe(48)) -> str:
    """A secret from the environment, else one made once and kept in a file that only we may read.

    Several processes may start at once: the file is created exclusively, and whoever loses reads the winner's.
    """
    given = secret(name)
    if given:
        return given
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(make())
    try:
        os.link(draft, path)
    except FileExistsError:
        return path.read_text().strip()
    finally:
        draft.unlink()
    return path.read_text().strip()


def database(url: str, password: str) -> dict[str, Any]:
    """Django's DATABASES entry for `sqlite:///path` or `mysql://user@host:port/name?unix_socket=/path`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path))
    if parts.scheme in {"mysql", "mariadb"}:
        options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": password,
            "HOST": parts.hostname or "localhost",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # Guarded updates must see what others have committed since this transaction began.
            "OPTIONS": {"isolation_level": "read committed", "charset": "utf8mb4", **options},
        }
    raise ImproperlyConfigured("PORTAL_DATABASE must begin with sqlite:// or mysql://.")


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "cloudportal.sqlite",
        "NAME": path,
        "OPTIONS": {
            # A write lock taken at BEGIN waits; one taken later, on a stale snapshot, fails at once.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
        # A test database in memory could not be shared with the workers that tests start.
        "TEST": {"NAME": f"{path}.test"},
    }
