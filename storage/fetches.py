"""Files from the web, as settings allow them: the one way from an address that a tenant typed to bytes of ours."""

from ipaddress import ip_network
from pathlib import Path

from cloudportal import environment
from cloudportal.outbound import checksums, fetching, locations
from cloudportal.outbound.fetching import Fetched, Progress
from cloudportal.outbound.requests import Policy
from storage.amounts import GIB
from tenants.models import Account
from tenants.queries.settings import settings_value

__all__ = ["Fetched", "checked_checksum", "checked_url", "discard", "fetch", "largest_bytes", "policy"]


def policy() -> Policy:
    """Where this cloud fetches from."""
    certificates = environment.text("PORTAL_FETCH_CERTIFICATES")
    return Policy(
        networks=tuple(ip_network(one) for one in settings_value("fetch.allowed_networks")),
        ports=_ports(),
        total_seconds=settings_value("fetch.longest_time"),
        certificates=Path(certificates) if certificates else None,
    )


def largest_bytes(account: Account) -> int:
    """How large a file of the account's may be."""
    return int(settings_value("image.largest_file_gib", account=account)) * GIB


def checked_url(url: str) -> str:
    """The address in one spelling. Nothing is sent and no name is looked up. Raises InvalidInput."""
    return locations.parsed(url, _ports()).text


def checked_checksum(text: str) -> str:
    """The checksum in one spelling, as in `sha256:…`, or nothing for nothing. Raises InvalidInput."""
    return str(checksums.parsed(text) or "")


def fetch(url: str, target: Path, *, limit_bytes: int, checksum: str = "", on_progress: Progress) -> Fetched:
    """The file is at `target`, whole; see `cloudportal.outbound.fetching.fetch`. Never call it inside a transaction."""
    return fetching.fetch(
        url,
        target,
        policy(),
        limit_bytes=limit_bytes,
        checksum=checksums.parsed(checksum),
        on_progress=on_progress,
    )


def discard(target: Path) -> None:
    """Nothing that was fetched to there is left, whole or in part."""
    fetching.discard(target)


def _ports() -> frozenset[int]:
    return frozenset(int(one) for one in settings_value("fetch.allowed_ports"))
