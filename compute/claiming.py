"""Claims of instances on hosts, written into both rows at once: taken whole or not at all, given back once."""

from typing import Any

from django.db import transaction

from compute.models import Instance
from compute.promises import cpu_cap_percent
from compute.topology import claims
from compute.topology.models import Host


def claim_host(instance: Instance, host: Host) -> bool:
    """Capacity for the instance on the host, or nothing and False. Needs an open transaction."""
    if not claims.claim(host, instance.cpus, instance.memory_mib):
        return False
    terms = {
        "claimed_cpus": instance.cpus,
        "claimed_memory_mib": instance.memory_mib,
        "cpu_cap_percent": cpu_cap_percent(instance, host),
    }
    if not Instance.objects.filter(pk=instance.pk, host=None).update(host=host, **terms):
        claims.release(host, instance.cpus, instance.memory_mib)
        return False
    for name, value in {"host": host, **terms}.items():
        setattr(instance, name, value)
    return True


def widen_claim(instance: Instance, cpus: int, memory_mib: int) -> bool:
    """The claim covers at least so much, or is as it was and False. May be called again. Needs an open transaction."""
    wanted = max(cpus, instance.claimed_cpus), max(memory_mib, instance.claimed_memory_mib)
    more_cpus, more_memory_mib = wanted[0] - instance.claimed_cpus, wanted[1] - instance.claimed_memory_mib
    host = instance.host
    if not (more_cpus or more_memory_mib):
        return True
    if host is None or not claims.claim(host, more_cpus, more_memory_mib):
        return False
    if not _rewrite(instance, host, *wanted):
        claims.release(host, more_cpus, more_memory_mib)
        return False
    return True


def narrow_claim(instance: Instance, cpus: int, memory_mib: int) -> None:
    """What the claim covers beyond so much is given back, once. May be called again. Needs an open transaction."""
    host = instance.host
    left = min(cpus, instance.claimed_cpus), min(memory_mib, instance.claimed_memory_mib)
    less_cpus, less_memory_mib = instance.claimed_cpus - left[0], instance.claimed_memory_mib - left[1]
    if host is not None and (less_cpus or less_memory_mib) and _rewrite(instance, host, *left):
        claims.release(host, less_cpus, less_memory_mib)


def _rewrite(instance: Instance, host: Host, cpus: int, memory_mib: int) -> bool:
    """The terms of the claim are these, unless somebody else has changed them."""
    held = {
        "host": host,
        "claimed_cpus": instance.claimed_cpus,
        "claimed_memory_mib": instance.claimed_memory_mib,
    }
    if not Instance.objects.filter(pk=instance.pk, **held).update(
        claimed_cpus=cpus, claimed_memory_mib=memory_mib
    ):
        return False
    instance.claimed_cpus, instance.claimed_memory_mib = cpus, memory_mib
    return True


def release_host(instance: Instance) -> None:
    """The claim is given back, once, and the host remembered. May be called again. Needs an open transaction."""
    host = instance.host
    if host is None:
        return
    cpus, memory_mib = instance.claimed_cpus, instance.claimed_memory_mib
    nothing = {"claimed_cpus": 0, "claimed_memory_mib": 0, "cpu_cap_percent": None}
    values: dict[str, Any] = {"host": None, "last_host": host, **nothing}
    with transaction.atomic():
        if Instance.objects.filter(pk=instance.pk, host=host).update(**values):
            claims.release(host, cpus, memory_mib)
    for name, value in values.items():
        setattr(instance, name, value)
