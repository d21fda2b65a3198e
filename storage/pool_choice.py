"""Choosing a storage pool: SQL narrows, each check says why it refuses, and a guarded claim decides."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.db.models.lookups import LessThanOrEqual

from compute.topology.models import Host
from storage import states
from storage.amounts import readable
from storage.connections import reaches
from storage.models import Pool

# Copy-on-write volumes grow: a pool that is really this full takes no new ones, whatever is promised.
FULL_PERCENT = 90
# Of what may be promised: the rest is what operators have left to add space before volumes are refused.
PROMISED_PERCENT = 85


@dataclass(frozen=True)
class Need:
    """Room for one volume; `host` is where its guest will run, None while that is open."""

    zone_id: int
    size_bytes: int
    tags: tuple[str, ...] = ()
    host: Host | None = None


Refusal = Callable[[Pool, Need], str | None]


@dataclass(frozen=True)
class Sieve:
    """One check of the funnel: how many pools were left after it, and why it refused the others, by name."""

    check: str
    left: int
    refused: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Funnel:
    """The pools that can take a volume, best first, and how they were found."""

    pools: tuple[Pool, ...]
    sieves: tuple[Sieve, ...]

    @property
    def counts(self) -> list[dict[str, Any]]:
        """The funnel without names, fit for tenants."""
        return [{"check": one.check, "left": one.left} for one in self.sieves]

    @property
    def reasons(self) -> str:
        """The funnel in full, for operators."""
        return "; ".join(
            f"{one.check}: {one.left} left" + "".join(f", {name} {why}" for name, why in one.refused)
            for one in self.sieves
        )


def narrow(need: Need) -> Funnel:
    """The enabled pools that can take the volume, those with the greatest share of room first.

    Without a host the widest pools come first: a volume there can go wherever its guest will be.
    """
    pools = list(Pool.objects.filter(zone_id=need.zone_id).select_related("host", "cluster"))
    sieves: list[Sieve] = []
    for check, refusal in _CHECKS:
        pools, sieve = _pass(check, pools, need, refusal)
        sieves.append(sieve)
    return Funnel(tuple(sorted(pools, key=lambda pool: _rank(pool, need))), tuple(sieves))


def refusals_by_host(hosts: Iterable[Host], need: Need) -> dict[int, str]:
    """Why no pool near a host could take the volume, by the host's id; hosts with room are not in it.

    For placement: one query however many hosts there are. `need.host` is not looked at.
    """
    pools = narrow(Need(need.zone_id, need.size_bytes, need.tags)).pools
    return {
        host.pk: f"reaches no storage with room for {readable(need.size_bytes)}"
        for host in hosts
        if not any(reaches(host, pool) for pool in pools)
    }


def claim(pool: Pool, size_bytes: int) -> bool:
    """Promises bytes of the pool to a volume by one guarded UPDATE, or promises nothing and returns False.

    Belongs in the transaction that writes the pool into the volume's row.
    """
    percent = int(pool.overcommit * 100)
    return bool(
        Pool.objects.filter(
            LessThanOrEqual(F("claimed_bytes") * 100 + size_bytes * 100, F("capacity_bytes") * percent),
            pk=pool.pk,
            state=states.UP,
        ).update(claimed_bytes=F("claimed_bytes") + size_bytes)
    )


def promisable_bytes(pool: Pool) -> int:
    """How much of the pool may be promised to volumes in all."""
    return pool.capacity_bytes * int(pool.overcommit * 100) // 100


def release(pool: Pool, size_bytes: int) -> None:
    """Gives promised bytes back; the caller's guarded update makes sure that it happens once."""
    Pool.objects.filter(pk=pool.pk).update(claimed_bytes=Greatest(F("claimed_bytes") - size_bytes, Value(0)))


def _pass(check: str, pools: list[Pool], need: Need, refusal: Refusal) -> tuple[list[Pool], Sieve]:
    answers = [(pool, refusal(pool, need)) for pool in pools]
    left = [pool for pool, reason in answers if reason is None]
    refused = tuple((pool.name, reason) for pool, reason in answers if reason is not None)
    return left, Sieve(check, len(left), refused)


def _enabled(pool: Pool, need: Need) -> str | None:
    return None if pool.state == states.UP else f"is {pool.state}"


def _reach(pool: Pool, need: Need) -> str | None:
    if need.host is None or reaches(need.host, pool):
        return None
    return f"does not reach {need.host.name}"


def _tags(pool: Pool, need: Need) -> str | None:
    missing = sorted(set(need.tags) - set(pool.tags))
    return f"has no tag {', '.join(missing)}" if missing else None


def _room(pool: Pool, need: Need) -> str | None:
    if pool.used_bytes * 100 > pool.capacity_bytes * FULL_PERCENT:
        return f"is more than {FULL_PERCENT} % full"
    free_bytes = int(pool.capacity_bytes * pool.overcommit) - pool.claimed_bytes
    if need.size_bytes <= free_bytes:
        return None
    return f"has {readable(max(free_bytes, 0))} left of the {readable(need.size_bytes)} needed"


_CHECKS: tuple[tuple[str, Refusal], ...] = (
    ("enabled", _enabled),
    ("reach", _reach),
    ("tags", _tags),
    ("room", _room),
)


def _rank(pool: Pool, need: Need) -> tuple[int, float, int]:
    width = 0 if need.host is not None else (pool.host_id is not None) * 2 + (pool.cluster_id is not None)
    promised = pool.claimed_bytes / max(float(pool.capacity_bytes * pool.overcommit), 1.0)
    return width, promised, pool.pk
