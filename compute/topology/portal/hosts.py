"""Hosts: the list with how full each is, one host, and the forms made from what its driver asks for."""

import re
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.models import Job
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import words_of
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Part
from cloudportal.portal.queries import Filter, name_in
from compute.topology import actions, queries, states
from compute.topology.abilities import abilities, known_drivers
from compute.topology.models import Host
from compute.topology.portal.clusters import zone_choices
from compute.topology.portal.driver_fields import add_fields, settings_in
from compute.topology.portal.os_types import category_choices
from compute.topology.services import hosts
from compute.topology.services.hosts import HostChanges, HostValues

ROOT = RoleKind.ROOT_ADMIN
STATES = (
    states.UP,
    states.UNREACHABLE,
    states.DISABLED,
    states.MAINTENANCE,
    states.CONNECTING,
    states.REMOVING,
)


# A choice of its own beside the states: what waits for an operator, whatever the reason.
NOT_UP = "not-up"


def most_cpus(host: Host) -> int:
    """How many CPUs may be given away there."""
    return int(host.cpus * host.cluster.cpu_overcommit)


def most_memory_mib(host: Host) -> int:
    """How much memory may be given away there, in MiB."""
    return int((host.memory_mib - host.reserved_memory_mib) * host.cluster.memory_overcommit)


def cpu_bar(host: Host) -> Any:
    """How many of the host's CPUs are given away."""
    most = most_cpus(host)
    return cells.bar(host.claimed_cpus, most, text=f"{host.claimed_cpus} of {most}")


def memory_bar(host: Host) -> Any:
    """How much of the host's memory is given away."""
    most = most_memory_mib(host)
    text = f"{formats.mib(host.claimed_memory_mib)} of {formats.mib(most)}"
    return cells.bar(host.claimed_memory_mib, most, text=text)


def state(host: Host) -> Any:
    """The state, and why it is so where that is known."""
    word = cells.state(host.state)
    return format_html('{}<span class="note">{}</span>', word, host.reason) if host.reason else word


def _place(host: Host) -> Any:
    cluster = host.cluster
    return cells.link(
        cluster.name, "cluster", cluster.uuid, note=f"{cluster.pod.zone.name} / {cluster.pod.name}"
    )


class ClusterChoice(PortalForm):
    """Which cluster the host is for; its driver decides what must be told."""

    cluster_uuid = forms.ChoiceField(
        label="Cluster", help_text="Its hypervisor decides what is asked for next."
    )

    def shape(self) -> None:
        """Offers every cluster."""
        found = queries.clusters_for(self.caller)
        self.offer(
            "cluster_uuid",
            [
                (str(one.uuid), f"{one.pod.zone.name} / {one.pod.name} / {one.name} ({one.driver})")
                for one in found
            ],
        )


class HostForm(PortalForm):
    """A host's name, what its driver must be told, and where it stands out."""

    name = forms.CharField(max_length=100, help_text="What operators call it.")
    tags = forms.CharField(
        required=False, help_text="Words with commas between them. Sizes with a tag run only where it is."
    )
    preferred_os = forms.ChoiceField(
        label="Operating system",
        required=False,
        help_text="Instances of other systems come here last, or not at all where the zone is strict.",
    )
    reserved_memory_mib = forms.IntegerField(
        label="Memory kept back, in MiB", initial=0, min_value=0, help_text="Never given to instances."
    )

    def shape(self) -> None:
        """Adds the fields of the driver, filled from the host where there is one."""
        host: Host | None = self.row
        driver = host.driver if host else queries.cluster_for(self.caller, self.chosen["cluster_uuid"]).driver
        declared = {one.name: one.settings for one in known_drivers("compute", "host")}
        added = add_fields(self, declared.get(driver, ()), row=host)
        self.order_fields(["name", *added, "tags", "preferred_os", "reserved_memory_mib"])
        self.offer(
            "preferred_os",
            category_choices(self.caller, self.row.preferred_os if self.row is not None else ""),
        )
        if host is not None:
            self.initial = {
                "name": host.name,
                "tags": ", ".join(host.tags),
                "preferred_os": host.preferred_os,
                "reserved_memory_mib": host.reserved_memory_mib,
            }


def _add(caller: Caller, row: None, values: dict[str, Any]) -> tuple[Host, Job]:
    wanted = HostValues(
        cluster_uuid=values["cluster_uuid"],
        name=values["name"],
        settings=settings_in(values),
        tags=words_of(values["tags"]),
        preferred_os=values["preferred_os"],
        reserved_memory_mib=values["reserved_memory_mib"],
    )
    return hosts.add(caller, wanted)


def _edit(caller: Caller, host: Host, values: dict[str, Any]) -> Host:
    changes = HostChanges(
        name=values["name"],
        settings=settings_in(values),
        tags=words_of(values["tags"]),
        preferred_os=values["preferred_os"],
        reserved_memory_mib=values["reserved_memory_mib"],
    )
    return hosts.update(caller, host, changes)


def _in_words(ability: str) -> str:
    """`GuardsNics` as “guards NICs”."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", ability).lower().replace("nics", "NICs")


def _driver_values(caller: Caller, host: Host) -> dict[str, Any]:
    """The driver's settings in words; of secret ones only that there is one."""
    declared = {one.name: one.settings for one in known_drivers("compute", "host")}
    lines = [
        (one.label, "stored, not shown" if one.secret else cells.code(host.settings.get(one.name)))
        for one in declared.get(host.driver, ())
    ]
    return {
        "lines": [
            ("Driver", host.driver),
            *lines,
            ("Can", cells.words(sorted(map(_in_words, abilities(host))))),
        ]
    }


def _facts(caller: Caller, host: Host) -> dict[str, Any] | None:
    lines = [
        (name.replace("_", " ").capitalize(), cells.or_nothing(value)) for name, value in host.facts.items()
    ]
    return {"lines": lines} if lines else None


def _state_choices(caller: Caller) -> list[tuple[str, str]]:
    return [*((one, one) for one in STATES), (NOT_UP, "any but up")]


def _states(chosen: str) -> list[str]:
    return [one for one in STATES if one != states.UP] if chosen == NOT_UP else [chosen]


HOSTS = ListPage(
    route="hosts",
    path="infrastructure/hosts/",
    title="Hosts",
    nouns="hosts",
    icon="host",
    rows=queries.hosts_for,
    columns=(
        Column("name", "Name", lambda host: cells.link(host.name, "host", host.uuid), sort="name"),
        Column("state", "State", state, sort="state"),
        Column("cpus", "CPUs given", cpu_bar, sort="claimed_cpus"),
        Column("memory", "Memory given", memory_bar, sort="claimed_memory_mib"),
        Column("cluster", "Cluster", _place, sort="cluster__name"),
        Column("seen", "Last seen", lambda host: cells.moment(host.last_seen_at), sort="last_seen_at"),
    ),
    about="A host runs the instances. Add the first one to a cluster and it is asked what it can do.",
    search=("name", "cluster__name", "cluster__pod__zone__name"),
    filters=(
        Filter("state", "State", "state__in", _state_choices, _states),
        Filter("zone", "Zone", "cluster__pod__zone__uuid", zone_choices),
        Filter("cluster", "Cluster", "cluster__uuid", called=name_in(queries.clusters_for)),
    ),
    create=PageLink("Add host", "host-add", actions.ADD_HOST),
    is_lively=lambda host: host.state == states.CONNECTING,
)
HOST = DetailPage(
    route="host",
    path="infrastructure/hosts/",
    noun="host",
    row=queries.host_for,
    parent="hosts",
    parent_label="Hosts",
    summary=lambda host: host.reason,
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Room",
            (
                Fact("CPUs given away", cpu_bar),
                Fact("Memory given away", memory_bar),
                Fact("Kept back", lambda host: formats.mib(host.reserved_memory_mib)),
                Fact("CPU", lambda host: f"{host.cpus} × {host.cpu_mhz} MHz"),
                Fact("Memory", lambda host: formats.mib(host.memory_mib)),
                Fact("Cluster", _place),
                Fact("Tags", lambda host: cells.words(host.tags)),
                Fact("Operating system", "preferred_os", is_shown_empty=False),
                Fact("Last seen", lambda host: cells.moment(host.last_seen_at)),
                Fact("Instances", lambda host: _listed("Those that run here", "instances", host)),
                Fact("Drift", lambda host: _listed("What was found wrong with them", "drifts", host)),
                Fact("Id", lambda host: cells.copyable(host.uuid)),
            ),
        ),
        Part("What it said of itself", "portal/panels/facts.html", _facts),
        jobs_panel(),
        Part("Driver", "portal/panels/facts.html", _driver_values, place="side"),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.ENABLE_HOST,
            hosts.enable,
            icon="play",
            is_first=True,
            done="{name} takes instances again.",
        ),
        RowAction(
            actions.RECONNECT_HOST,
            hosts.reconnect,
            icon="reboot",
            is_first=True,
            done="{name} is asked again.",
        ),
        RowLink(actions.UPDATE_HOST, "host-edit", icon="edit"),
        RowAction(actions.DISABLE_HOST, hosts.disable, icon="stop", done="{name} takes nothing new."),
        RowAction(actions.MAINTAIN_HOST, hosts.maintain, icon="lock", done="{name} is in maintenance."),
        RowAction(actions.REMOVE_HOST, hosts.remove, icon="trash", done="{name} is being removed."),
    ),
)


def _listed(words: str, route: str, host: Host) -> Any:
    """A link to a list of a higher room, as far as it is about this host."""
    return format_html('<a href="{}?host={}">{}</a>', reverse(f"portal:{route}"), host.uuid, words)


FORMS = (
    adding(
        HOST,
        title="Add a host",
        action=actions.ADD_HOST,
        form=HostForm,
        chooser=ClusterChoice,
        submit=_add,
        button="Add host",
        done=lambda result: f"{result[0].name} is asked what it can do.",
    ),
    editing(
        HOST,
        action=actions.UPDATE_HOST,
        form=HostForm,
        submit=_edit,
        done=lambda host: f"{host.name} is saved. New settings count from its next connection on.",
    ),
)

menu.entry(
    "Hosts", "hosts", icon="host", section="Infrastructure", order=50, action=actions.READ_HOST, least=ROOT
)
subjects.shown_at("host", "host")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *HOSTS.urls(), *HOST.urls()]
