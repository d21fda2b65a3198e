"""Regions, zones, pods and clusters at the REST door."""

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values
from compute.topology import actions, queries, states
from compute.topology.services import clusters, pods, regions, zones
from compute.topology.services.clusters import ClusterChanges, ClusterValues
from compute.topology.services.pods import PodChanges, PodValues
from compute.topology.services.regions import RegionChanges, RegionValues
from compute.topology.services.zones import ZoneChanges, ZoneValues

STATES = (states.ENABLED, states.DISABLED)


class PlaceShape(RowShape):
    """What every place says of itself."""

    name = serializers.CharField()


class RegionShape(PlaceShape):
    """A set of zones under one portal address."""

    endpoint = serializers.CharField()


class CreateRegion(Values):
    """A region as an operator wants it."""

    name = Text(max_length=100)
    endpoint = Text(max_length=200, required=False, allow_blank=True)


class EditRegion(CreateRegion):
    """What may be changed about a region."""


class ZoneShape(PlaceShape):
    """A data centre that tenants may choose."""

    region = NamedShape()
    state = serializers.ChoiceField(choices=STATES)
    dns = serializers.ListField(child=serializers.CharField())
    network_suffix = serializers.CharField()


class EditZone(Values):
    """What may be changed about a zone."""

    name = Text(max_length=100)
    dns = serializers.ListField(child=Text(max_length=45), max_length=4, required=False)
    network_suffix = Text(max_length=100, required=False, allow_blank=True)


class CreateZone(EditZone):
    """A zone as an operator wants it."""

    region = Reference(source="region_uuid")


class PodShape(PlaceShape):
    """Hosts behind one switch."""

    zone = NamedShape()
    state = serializers.ChoiceField(choices=STATES)


class EditPod(Values):
    """What may be changed about a pod."""

    name = Text(max_length=100)


class CreatePod(EditPod):
    """A pod as an operator wants it."""

    zone = Reference(source="zone_uuid")


class ClusterShape(PlaceShape):
    """Hosts of one kind that share storage."""

    zone = NamedShape(source="pod.zone")
    pod = NamedShape()
    state = serializers.ChoiceField(choices=STATES)
    driver = serializers.CharField()
    cpu_overcommit = serializers.DecimalField(max_digits=5, decimal_places=2)
    memory_overcommit = serializers.DecimalField(max_digits=5, decimal_places=2)


class EditCluster(Values):
    """What may be changed about a cluster."""

    name = Text(max_length=100)
    cpu_overcommit = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)
    memory_overcommit = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)


class CreateCluster(EditCluster):
    """A cluster as an operator wants it."""

    pod = Reference(source="pod_uuid")
    driver = Text(max_length=40, help_text="A compute driver's name, from /drivers/.")


REGIONS = Resource(
    path="regions",
    noun="region",
    shape=RegionShape,
    read=actions.READ_REGION,
    rows=queries.regions_for,
    row=queries.region_for,
    filters=(Filter("name"), by_text()),
    orderings=("name", "created_at"),
    changes=(
        Create(CreateRegion, into(RegionValues, regions.create), actions.CREATE_REGION),
        Edit(EditRegion, into(RegionChanges, regions.update), actions.UPDATE_REGION),
        Remove(regions.delete, actions.DELETE_REGION),
    ),
)

ZONES = Resource(
    path="zones",
    noun="zone",
    shape=ZoneShape,
    read=actions.READ_ZONE,
    rows=queries.zones_for,
    row=queries.zone_for,
    filters=(Filter("name"), by_text(), Filter("state", choices=STATES), by_uuid("region")),
    orderings=("name", "created_at", "state"),
    changes=(
        Create(CreateZone, into(ZoneValues, zones.create), actions.CREATE_ZONE),
        Edit(EditZone, into(ZoneChanges, zones.update), actions.UPDATE_ZONE),
        Remove(zones.delete, actions.DELETE_ZONE),
        Verb("enable", zones.enable, actions.ENABLE_ZONE, summary="Open the zone to tenants"),
        Verb("disable", zones.disable, actions.DISABLE_ZONE, summary="Close the zone to anything new"),
    ),
)

PODS = Resource(
    path="pods",
    noun="pod",
    shape=PodShape,
    read=actions.READ_POD,
    rows=queries.pods_for,
    row=queries.pod_for,
    filters=(Filter("name"), by_text(), Filter("state", choices=STATES), by_uuid("zone")),
    orderings=("name", "created_at", "state"),
    changes=(
        Create(CreatePod, into(PodValues, pods.create), actions.CREATE_POD),
        Edit(EditPod, into(PodChanges, pods.update), actions.UPDATE_POD),
        Remove(pods.delete, actions.DELETE_POD),
        Verb("enable", pods.enable, actions.ENABLE_POD, summary="Open the pod to new instances"),
        Verb("disable", pods.disable, actions.DISABLE_POD, summary="Close the pod to new instances"),
    ),
)

CLUSTERS = Resource(
    path="clusters",
    noun="cluster",
    shape=ClusterShape,
    read=actions.READ_CLUSTER,
    rows=queries.clusters_for,
    row=queries.cluster_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        Filter("driver"),
        by_uuid("pod"),
        by_uuid("zone", "pod__zone__uuid"),
    ),
    orderings=("name", "created_at", "state", "driver"),
    changes=(
        Create(CreateCluster, into(ClusterValues, clusters.create), actions.CREATE_CLUSTER),
        Edit(EditCluster, into(ClusterChanges, clusters.update), actions.UPDATE_CLUSTER),
        Remove(clusters.delete, actions.DELETE_CLUSTER),
        Verb("enable", clusters.enable, actions.ENABLE_CLUSTER, summary="Open the cluster to new instances"),
        Verb(
            "disable", clusters.disable, actions.DISABLE_CLUSTER, summary="Close the cluster to new instances"
        ),
    ),
)
