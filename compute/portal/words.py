"""How instances and what belongs to them read in lists and on pages."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.html import format_html, format_html_join

from cloudportal.portal import cells, formats
from compute import states
from compute.drivers.facts import Power
from compute.models import Instance, Nic, ServiceOffering
from compute.services.guest_data.template_links import WORDS, inherited_of
from compute.services.instances.lease_terms import ended
from compute.services.sizing import bounds_of
from storage.guest_terms import is_windows

# In the order in which people look for them; the states on the way come after those that last.
STATES = (
    states.RUNNING,
    states.STOPPED,
    states.ERROR,
    states.DESTROYED,
    states.DEPLOYING,
    states.STARTING,
    states.STOPPING,
    states.REBOOTING,
    states.REINSTALLING,
    states.DESTROYING,
    states.EXPUNGING,
)


def size(thing: Instance | ServiceOffering) -> str:
    """`2 CPUs, 2 GiB`, with the bounds of what is left open."""
    return f"{cpus(thing)} {'CPU' if thing.cpus == 1 else 'CPUs'}, {memory(thing)}"


def cpus(thing: Instance | ServiceOffering) -> str:
    """`2`, or `1 to 8` where it is left open."""
    return str(thing.cpus) if isinstance(thing, Instance) else _amount(thing, "cpus", str)


def mhz(thing: Instance | ServiceOffering) -> str:
    """`1000 MHz`, or its bounds."""
    return f"{thing.cpu_mhz if isinstance(thing, Instance) else _amount(thing, 'cpu_mhz', str)} MHz"


def memory(thing: Instance | ServiceOffering) -> str:
    """`2 GiB`, or its bounds."""
    if isinstance(thing, Instance):
        return formats.mib(thing.memory_mib)
    return _amount(thing, "memory_mib", formats.mib)


def network_rate(thing: Instance | ServiceOffering) -> str:
    """`100 Mbit/s each way`."""
    rate = thing.network_rate_mbits
    return f"{rate} Mbit/s each way" if rate else "not capped"


def lease(offering: ServiceOffering) -> str:
    """`7 days, 30 at most; then they are stopped`."""
    days, most = offering.lease_days or offering.most_lease_days, offering.most_lease_days
    if not days:
        return "as the settings say"
    bound = f", {most} at most" if most and most != days else ""
    then = f"; then they are {ended(offering.lease_policy)}" if offering.lease_policy else ""
    return f"{days} days{bound}{then}"


def inherited(instance: Instance) -> str:
    """What its template tells it, as far as anybody but the template's owner may know."""
    found = inherited_of(instance)
    return f"user data of its own, {WORDS[found.policy]}" if found and found.text else ""


def _amount(offering: ServiceOffering, name: str, words: Callable[[int], str]) -> str:
    least, most = bounds_of(offering, name)
    return words(least) if least == most else f"{words(least)} to {words(most)}"


def name(instance: Instance) -> Any:
    """The name as a link, with what people call it below."""
    return cells.link(instance.name, "instance", instance.uuid, note=instance.display_name)


def state(instance: Instance) -> Any:
    """The state, and how far the job is that is changing it."""
    word = cells.state(instance.state)
    progress = getattr(instance, "open_job_progress", None)
    if progress is None:
        return word
    return format_html('<span class="beside">{}<span class="quiet small">{} %</span></span>', word, progress)


def addresses(instance: Instance) -> Any:
    """Every address that the instance has, to copy."""
    return lines(cells.copyable(nic.address.ip) for nic in instance.nics.all() if nic.address)


def sign_in(instance: Instance) -> Any:
    """The command that signs in to it, to copy. Nothing without an address, where its system is Windows, or where its
    system came from an ISO, since whoever installed that chose its users.
    """
    template = instance.template
    if template and (template.is_iso or is_windows(template.os_type)):
        return ""
    nics = sorted(instance.nics.all(), key=lambda nic: not nic.is_default)
    ip = next((nic.address.ip for nic in nics if nic.address), "")
    return cells.copyable(f"ssh {instance.login_user}@{ip}") if ip else ""


def lines(values: Iterable[Any]) -> Any:
    """One below the other."""
    found = [(value,) for value in values]
    return format_html_join("", '<span class="line">{}</span>', found) if found else cells.NOTHING


def power(instance: Instance) -> Any:
    """What the host last said, and when."""
    if not instance.power_seen_at:
        return cells.NOTHING
    seen = "last heard" if instance.power == Power.UNKNOWN else "seen"
    return format_html("{}, {} {}", instance.power, seen, cells.moment(instance.power_seen_at))


def template(instance: Instance) -> Any:
    """The template's name, as a link."""
    found = instance.template
    return cells.link(found.name, "template", found.uuid) if found else ""


def host(instance: Instance) -> Any:
    """Where it runs, or ran last."""
    if instance.host:
        return cells.link(instance.host.name, "host", instance.host.uuid)
    if instance.last_host:
        return cells.link(instance.last_host.name, "host", instance.last_host.uuid, note="ran here last")
    return ""


def affinity_groups(instance: Instance) -> Any:
    """The groups that it is in, as links; empty where it is in none."""
    found = [(cells.link(one.name, "affinity-group", one.uuid),) for one in instance.affinity_groups.all()]
    return format_html_join(", ", "{}", found) if found else ""


def nic_network(nic: Nic) -> Any:
    """The network's name, as a link, with its range."""
    return cells.link(nic.network.name, "network", nic.network.uuid, note=nic.network.cidr)


def is_changing(instance: Instance) -> bool:
    """True while a job is at work on it."""
    return getattr(instance, "open_job_uuid", None) is not None
