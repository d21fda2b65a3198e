"""Claims on the capacity of hosts: one guarded UPDATE each, so that no CPU or MiB is given away twice."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Greatest, Round
from django.db.models.lookups import LessThanOrEqual

from compute.topology import states
from compute.topology.models import Host


def claim(host: Host, cpus: int, memory_mib: int) -> bool:
    """Takes CPUs and memory of the host, or takes nothing and returns False.

    True only while the host is up and both fit into what it has, less its reserved memory, times its cluster's
    over-commit. Belongs in the transaction that writes down the claim's terms, so that what is taken and what
    is written cannot part. `host.cluster` should have been selected with the host.
    """
    cpu_percent = Value(_percent(host.cluster.cpu_overcommit))
    memory_percent = Value(_percent(host.cluster.memory_overcommit))
    return bool(
        Host.objects.filter(
            _fits(cpus, memory_mib, cpu_percent=cpu_percent, memory_percent=memory_percent),
            pk=host.pk,
            state=states.UP,
        ).update(
            claimed_cpus=F("claimed_cpus") + cpus, claimed_memory_mib=F("claimed_memory_mib") + memory_mib
        )
    )


def has_room(cpus: int, memory_mib: int) -> Q:
    """The hosts on which a claim of so much would fit, whatever their state."""
    return _fits(
        cpus,
        memory_mib,
        cpu_percent=_percent_in("cluster__cpu_overcommit"),
        memory_percent=_percent_in("cluster__memory_overcommit"),
    )


def release(host: Host, cpus: int, memory_mib: int) -> None:
    """Gives back what `claim` took. The caller's own guarded update must make sure that it happens once.

    Works in every state of the host.
    """
    Host.objects.filter(pk=host.pk).update(
        claimed_cpus=_less("claimed_cpus", cpus), claimed_memory_mib=_less("claimed_memory_mib", memory_mib)
    )


def _less(field: str, amount: int) -> models.Expression:
    return Greatest(F(field) - amount, Value(0), output_field=models.BigIntegerField())


def _fits(
    cpus: int, memory_mib: int, *, cpu_percent: models.Expression, memory_percent: models.Expression
) -> Q:
    # Sums only: MariaDB refuses to subtract unsigned columns below zero.
    memory_promised = (
        F("claimed_memory_mib") * 100 + F("reserved_memory_mib") * memory_percent + memory_mib * 100
    )
    cpus_promised = F("claimed_cpus") * 100 + cpus * 100
    has_cpus = LessThanOrEqual(cpus_promised, F("cpus") * cpu_percent)
    return Q(has_cpus, LessThanOrEqual(memory_promised, F("memory_mib") * memory_percent))


def _percent_in(overcommit: str) -> models.Expression:
    # In whole percents, for SQLite keeps decimals as floats: 25 × 1.16 is less than 29 there.
    return Cast(Round(F(overcommit) * 100), models.BigIntegerField())


def _percent(overcommit: Decimal) -> int:
    return int(overcommit * 100)
