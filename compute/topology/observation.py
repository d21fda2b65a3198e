"""What a host said of itself, written into its row."""

from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction

from cloudportal.core import clock
from cloudportal.core.errors import Conflict
from compute.drivers.facts import HostFacts
from compute.topology.models import Host


def as_changes(facts: HostFacts) -> dict[str, Any]:
    """The facts as values for the columns of a host."""
    return {
        "cpus": facts.cpus,
        "cpu_mhz": facts.cpu_mhz,
        "memory_mib": facts.memory_mib,
        "machine_id": facts.uuid,
        "facts": asdict(facts),
        "last_seen_at": clock.now(),
        "silent_rounds": 0,
        "reason": "",
    }


def write(host: Host, facts: HostFacts) -> None:
    """Brings the row up to date. Raises Conflict when another row is the same machine."""
    changes = as_changes(facts)
    try:
        with transaction.atomic():
            Host.objects.filter(pk=host.pk).update(**changes)
    except IntegrityError as error:
        other = Host.objects.filter(machine_id=facts.uuid).exclude(pk=host.pk).first()
        raise Conflict(
            f"This machine is in the portal already, as the host {other}. Remove one of the two; if they are two "
            "machines, give each a system UUID of its own."
        ) from error
    for name, value in changes.items():
        setattr(host, name, value)
