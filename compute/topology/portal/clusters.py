"""Pods and clusters: the hosts behind one switch, and those of one kind that share storage."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from cloudportal.portal.queries import Filter
from compute.topology import actions, queries
from compute.topology.abilities import known_drivers
from compute.topology.models import Cluster, Pod
from compute.topology.portal.zones import PLACE_STATES
from compute.topology.services import clusters, pods
from compute.topology.services.clusters import ClusterChanges, ClusterValues
from compute.topology.services.pods import PodChanges, PodValues

ROOT = RoleKind.ROOT_ADMIN


def zone_choices(caller: Caller) -> list[tuple[str, str]]:
    """Every zone, for forms and filters."""
    return [(str(zone.uuid), zone.name) for zone in queries.zones_for(caller)]


def _zone_link(place: Any) -> Any:
    return cells.link(place.zone.name, "zone", place.zone.uuid)


def _pod_link(cluster: Cluster) -> Any:
    return cells.link(cluster.pod.name, "pod", cluster.pod.uuid, note=cluster.pod.zone.name)


def _cluster_link(cluster: Cluster) -> Any:
    return cells.link(cluster.name, "cluster", cluster.uuid)


class PodForm(PortalForm):
    """A pod's zone and name."""

    zone_uuid = forms.ChoiceField(label="Zone")
    name = forms.CharField(max_length=100)

    def shape(self) -> None:
        """Offers the zones, or begins with the pod's name, whose zone stays."""
        if self.row is None:
            self.offer("zone_uuid", zone_choices(self.caller))
            return
        del self.fields["zone_uuid"]
        self.initial = {"name": self.row.name}


class ClusterForm(PortalForm):
    """A cluster's pod, name, driver and over-commitment."""

    pod_uuid = forms.ChoiceField(label="Pod")
    name = forms.CharField(max_length=100)
    driver = forms.ChoiceField(
        label="Hypervisor", help_text="What runs the guests. It stays as it is chosen here."
    )
    cpu_overcommit = forms.DecimalField(
        label="CPU over-commitment",
        initial="1",
        max_digits=5,
        decimal_places=2,
        help_text="How often each CPU of a host may be given away: 1 for once, 4 for four times.",
    )
    memory_overcommit = forms.DecimalField(
        label="Memory over-commitment", initial="1", max_digits=5, decimal_places=2
    )

    def shape(self) -> None:
        """Offers pods and drivers, or begins with the cluster's values, whose pod and driver stay."""
        if self.row is None:
            found = queries.pods_for(self.caller)
            self.offer("pod_uuid", [(str(pod.uuid), f"{pod.zone.name} / {pod.name}") for pod in found])
            self.offer("driver", [(one.name, one.label) for one in known_drivers("compute", "host")])
            return
        del self.fields["pod_uuid"], self.fields["driver"]
        names = ("name", "cpu_overcommit", "memory_overcommit")
        self.initial = {name: getattr(self.row, name) for name in names}


def _add_pod(caller: Caller, row: None, values: dict[str, Any]) -> Pod:
    return pods.create(caller, PodValues(**values))


def _edit_pod(caller: Caller, pod: Pod, values: dict[str, Any]) -> Pod:
    return pods.update(caller, pod, PodChanges(**values))


def _add_cluster(caller: Caller, row: None, values: dict[str, Any]) -> Cluster:
    return clusters.create(caller, ClusterValues(**values))


def _edit_cluster(caller: Caller, cluster: Cluster, values: dict[str, Any]) -> Cluster:
    return clusters.update(caller, cluster, ClusterChanges(**values))


PODS = ListPage(
    route="pods",
    path="infrastructure/pods/",
    title="Pods",
    nouns="pods",
    icon="pod",
    rows=queries.pods_for,
    columns=(
        Column("name", "Name", lambda pod: cells.link(pod.name, "pod", pod.uuid), sort="name"),
        Column("state", "State", lambda pod: cells.state(pod.state), sort="state"),
        Column("zone", "Zone", _zone_link, sort="zone__name"),
    ),
    about="A pod is the hosts behind one switch.",
    search=("name", "zone__name"),
    filters=(
        Filter("state", "State", "state", lambda caller: PLACE_STATES),
        Filter("zone", "Zone", "zone__uuid", zone_choices),
    ),
    create=PageLink("Add pod", "pod-add", actions.CREATE_POD),
)
POD = DetailPage(
    route="pod",
    path="infrastructure/pods/",
    noun="pod",
    row=queries.pod_for,
    parent="pods",
    parent_label="Pods",
    panels=(
        Facts("Pod", (Fact("Zone", _zone_link), Fact("Id", lambda pod: cells.copyable(pod.uuid)))),
        Table(
            "Clusters",
            lambda caller, pod: queries.clusters_for(caller).filter(pod=pod),
            (
                Column("name", "Name", _cluster_link),
                Column("state", "State", lambda cluster: cells.state(cluster.state)),
                Column("driver", "Hypervisor", "driver"),
            ),
            empty="There is no cluster in this pod yet. A cluster is hosts of one kind that share storage.",
            add=RowLink(
                actions.CREATE_CLUSTER, "cluster-add", icon="plus", label="Add cluster", parameter="pod_uuid"
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.ENABLE_POD, pods.enable, icon="play", is_first=True, done="{name} takes instances again."
        ),
        RowLink(actions.UPDATE_POD, "pod-edit", icon="edit"),
        RowAction(actions.DISABLE_POD, pods.disable, icon="stop", done="{name} takes nothing new."),
        RowAction(actions.DELETE_POD, pods.delete, icon="trash", done="{name} is deleted.", goes_away=True),
    ),
)
CLUSTERS = ListPage(
    route="clusters",
    path="infrastructure/clusters/",
    title="Clusters",
    nouns="clusters",
    icon="cluster",
    rows=queries.clusters_for,
    columns=(
        Column("name", "Name", _cluster_link, sort="name"),
        Column("state", "State", lambda cluster: cells.state(cluster.state), sort="state"),
        Column("driver", "Hypervisor", "driver", sort="driver"),
        Column("pod", "Pod", _pod_link, sort="pod__name"),
        Column("cpu", "CPU ×", "cpu_overcommit", sort="cpu_overcommit", kind="number", on_phone=False),
        Column(
            "memory", "Memory ×", "memory_overcommit", sort="memory_overcommit", kind="number", on_phone=False
        ),
    ),
    about="A cluster is hosts of one kind that share storage.",
    search=("name", "pod__name", "pod__zone__name"),
    filters=(
        Filter("state", "State", "state", lambda caller: PLACE_STATES),
        Filter("zone", "Zone", "pod__zone__uuid", zone_choices),
    ),
    create=PageLink("Add cluster", "cluster-add", actions.CREATE_CLUSTER),
)
CLUSTER = DetailPage(
    route="cluster",
    path="infrastructure/clusters/",
    noun="cluster",
    row=queries.cluster_for,
    parent="clusters",
    parent_label="Clusters",
    panels=(
        Facts(
            "Cluster",
            (
                Fact("Hypervisor", "driver"),
                Fact("Pod", _pod_link),
                Fact("CPU over-commitment", lambda cluster: f"{cluster.cpu_overcommit} ×"),
                Fact("Memory over-commitment", lambda cluster: f"{cluster.memory_overcommit} ×"),
                Fact("Id", lambda cluster: cells.copyable(cluster.uuid)),
            ),
        ),
        Table(
            "Hosts",
            lambda caller, cluster: queries.hosts_for(caller).filter(cluster=cluster),
            (
                Column("name", "Name", lambda host: cells.link(host.name, "host", host.uuid)),
                Column("state", "State", lambda host: cells.state(host.state)),
                Column("cpus", "CPUs", "cpus", kind="number"),
                Column("memory", "Memory", lambda host: formats.mib(host.memory_mib), kind="number"),
            ),
            empty="There is no host in this cluster yet.",
            add=RowLink(
                actions.ADD_HOST, "host-add", icon="plus", label="Add host", parameter="cluster_uuid"
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.ENABLE_CLUSTER,
            clusters.enable,
            icon="play",
            is_first=True,
            done="{name} takes instances again.",
        ),
        RowLink(actions.UPDATE_CLUSTER, "cluster-edit", icon="edit"),
        RowAction(actions.DISABLE_CLUSTER, clusters.disable, icon="stop", done="{name} takes nothing new."),
        RowAction(
            actions.DELETE_CLUSTER, clusters.delete, icon="trash", done="{name} is deleted.", goes_away=True
        ),
    ),
)

FORMS = (
    adding(
        POD,
        title="Add a pod",
        action=actions.CREATE_POD,
        form=PodForm,
        submit=_add_pod,
        button="Add pod",
        done=lambda pod: f"{pod.name} is there. Add its first cluster.",
    ),
    editing(POD, action=actions.UPDATE_POD, form=PodForm, submit=_edit_pod),
    adding(
        CLUSTER,
        title="Add a cluster",
        action=actions.CREATE_CLUSTER,
        form=ClusterForm,
        submit=_add_cluster,
        button="Add cluster",
        done=lambda cluster: f"{cluster.name} is there. Add its first host.",
    ),
    editing(CLUSTER, action=actions.UPDATE_CLUSTER, form=ClusterForm, submit=_edit_cluster),
)

menu.entry(
    "Pods", "pods", icon="pod", section="Infrastructure", order=30, action=actions.READ_POD, least=ROOT
)
menu.entry(
    "Clusters",
    "clusters",
    icon="cluster",
    section="Infrastructure",
    order=40,
    action=actions.READ_CLUSTER,
    least=ROOT,
)
subjects.shown_at("pod", "pod")
subjects.shown_at("cluster", "cluster")

urlpatterns = [
    *(pattern for form in FORMS for pattern in form.urls()),
    *PODS.urls(),
    *POD.urls(),
    *CLUSTERS.urls(),
    *CLUSTER.urls(),
]
