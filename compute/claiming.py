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
