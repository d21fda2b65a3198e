"""Choosing a storage pool: SQL narrows, each check says why it refuses, and a guarded claim decides."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.db.models.lookups import LessThanOrEqual

from cloudportal.core.errors import Conflict
from compute.topology.models import Host
from storage import states
from storage.amounts import readable
from storage.connections import reaches
from storage.models import Pool, Volume

# Copy-on-write volumes grow: a pool that is really this full takes no new ones, whatever is promised.
FULL_PERCENT = 90
# Of what may be promised: the rest is what operators have left to add space before volumes are refused.
PROMISED_PERCENT = 85


@dataclass(frozen=True)
class Need:
    """Room for one volume; `host` is where its guest will run, None while that is open. `is_whole` where it takes all
    of its room at once.
    """

    zone_id: int
    size_bytes: int
    tags: tuple[str, ...] = ()
    host: Host | None = None
    is_whole: bool = False

    @classmethod
    def of(cls, volume: Volume, *, tags: Iterable[str] = (), host: Host | None = None) -> Self:
        """What the volume needs; `tags` come beside those of its offering."""
        wanted = {*tags, *(volume.offering.tags if volume.offering else ())}
        return cls(volume.zone_id, volume.size_bytes, tuple(sorted(wanted)), host, volume.is_whole)


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
    pools = narrow(replace(need, host=None)).pools
    return {
        host.pk: f"reaches no storage with room for {readable(need.size_bytes)}"
        for host in hosts
        if not any(reaches(host, pool) for pool in pools)
    }


def claim(pool: Pool, size_bytes: int, *, is_whole: bool = False) -> bool:
    """Promises bytes of the pool to a volume by one guarded UPDATE, or promises nothing and returns False.

    Belongs in the transaction that writes the pool into the volume's row. What is taken whole (`Volume.is_whole`) is
    weighed as much as may be promised of it, so that over-provisioning never promises it again.
    """
    percent = int(pool.overcommit * 100)
    beyond = max(percent - 100, 0)
    asked = size_bytes * (100 + beyond if is_whole else 100)
    promised = F("claimed_bytes") * 100 + F("claimed_whole_bytes") * beyond
    rows = Pool.objects.filter(
        LessThanOrEqual(promised + asked, F("capacity_bytes") * percent), pk=pool.pk, state=states.UP
    )
    if is_whole:
        rows = rows.filter(
            LessThanOrEqual((F("used_bytes") + size_bytes) * 100, F("capacity_bytes") * FULL_PERCENT)
        )
    return bool(
        rows.update(
            claimed_bytes=F("claimed_bytes") + size_bytes,
            claimed_whole_bytes=F("claimed_whole_bytes") + (size_bytes if is_whole else 0),
        )
    )


def demand_open(volume: Volume) -> None:
    """Returns where the pool that the volume lies on may promise more of itself, and for one that lies on none yet.

    For what is claimed there and nowhere else: asked before anything begins, as `claim` does not say why it refuses.
    Raises Conflict.
    """
    if volume.pool is not None and volume.pool.state != states.UP:
        raise Conflict(
            f"The storage on which the volume {volume.name} lies takes nothing new while it is {volume.pool.state}. "
            "Try again when the operators have brought it up, or ask them to move the volume."
        )


def weight_bytes(pool: Pool, size_bytes: int, *, is_whole: bool) -> int:
    """What so many bytes take of what may be promised of the pool."""
    return size_bytes * max(int(pool.overcommit * 100), 100) // 100 if is_whole else size_bytes


def promised_bytes(pool: Pool) -> int:
    """How much of what may be promised of the pool (`promisable_bytes`) is promised."""
    whole = pool.claimed_whole_bytes
    return pool.claimed_bytes - whole + weight_bytes(pool, whole, is_whole=True)


def promisable_bytes(pool: Pool) -> int:
    """How much of the pool may be promised to volumes in all."""
    return pool.capacity_bytes * int(pool.overcommit * 100) // 100


def release(pool: Pool, size_bytes: int, *, is_whole: bool = False) -> None:
    """Gives promised bytes back; the caller's guarded update makes sure that it happens once."""
    whole_bytes = size_bytes if is_whole else 0
    Pool.objects.filter(pk=pool.pk).update(
        claimed_bytes=Greatest(F("claimed_bytes") - size_bytes, Value(0)),
        claimed_whole_bytes=Greatest(F("claimed_whole_bytes") - whole_bytes, Value(0)),
    )


def loosen(pool: Pool, size_bytes: int) -> None:
    """What was taken whole is taken as it is written from now on, and stays promised."""
    Pool.objects.filter(pk=pool.pk).update(
        claimed_whole_bytes=Greatest(F("claimed_whole_bytes") - size_bytes, Value(0))
    )


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
    free_bytes = promisable_bytes(pool) - promised_bytes(pool)
    if weight_bytes(pool, need.size_bytes, is_whole=need.is_whole) > free_bytes:
        return _too_little(free_bytes, need)
    real_bytes = pool.capacity_bytes * FULL_PERCENT // 100 - pool.used_bytes
    return _too_little(real_bytes, need) if need.is_whole and need.size_bytes > real_bytes else None


def _too_little(free_bytes: int, need: Need) -> str:
    return f"has {readable(max(free_bytes, 0))} left of the {readable(need.size_bytes)} needed"


_CHECKS: tuple[tuple[str, Refusal], ...] = (
    ("enabled", _enabled),
    ("reach", _reach),
    ("tags", _tags),
    ("room", _room),
)


def _rank(pool: Pool, need: Need) -> tuple[int, float, int]:
    width = 0 if need.host is not None else (pool.host_id is not None) * 2 + (pool.cluster_id is not None)
    return width, promised_bytes(pool) / max(promisable_bytes(pool), 1), pool.pk
