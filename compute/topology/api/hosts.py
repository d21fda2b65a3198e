"""Hosts at the REST door."""

from rest_framework import serializers

from cloudportal.api.calls import into, working
from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import DriverSettings, NamedShape, Reference, RowShape, Text, Values, Whole
from compute.topology import abilities, actions, queries, states
from compute.topology.models import Host
from compute.topology.services import hosts
from compute.topology.services.hosts import HostChanges, HostValues

STATES = tuple(sorted(states.HOST.states))


class HostShape(RowShape):
    """What guests run on. Secret settings are kept and never shown."""

    name = serializers.CharField()
    zone = NamedShape(source="cluster.pod.zone")
    pod = NamedShape(source="cluster.pod")
    cluster = NamedShape()
    driver = serializers.CharField()
    settings = serializers.DictField()
    abilities = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=STATES)
    reason = serializers.CharField(help_text="Why it is not up.")
    tags = serializers.ListField(child=serializers.CharField())
    preferred_os = serializers.CharField(
        help_text="What it is meant for: an OS category's name, or a word of the operating systems."
    )
    os_category = NamedShape(allow_null=True)
    cpus = serializers.IntegerField()
    cpu_mhz = serializers.IntegerField()
    memory_mib = serializers.IntegerField()
    reserved_memory_mib = serializers.IntegerField()
    claimed_cpus = serializers.IntegerField()
    claimed_memory_mib = serializers.IntegerField()
    facts = serializers.DictField()
    last_seen_at = serializers.DateTimeField(allow_null=True)

    def get_abilities(self, host: Host) -> list[str]:
        """What its driver can do."""
        return sorted(abilities.abilities(host))


class EditHost(Values):
    """What may be changed about a host. Settings that are not named stay as they are."""

    name = Text(max_length=100)
    settings = DriverSettings(
        "compute", "host", required=False, help_text="As the driver declares them in /drivers/."
    )
    tags = serializers.ListField(child=Text(max_length=100), max_length=50, required=False)
    preferred_os = Text(max_length=60, required=False, allow_blank=True)
    reserved_memory_mib = Whole(required=False)


class AddHost(EditHost):
    """A host as an operator wants it."""

    cluster = Reference(source="cluster_uuid")


HOSTS = Resource(
    path="hosts",
    noun="host",
    shape=HostShape,
    read=actions.READ_HOST,
    rows=queries.hosts_for,
    row=queries.host_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        Filter("driver"),
        by_uuid("cluster"),
        by_uuid("pod", "cluster__pod__uuid"),
        by_uuid("zone", "cluster__pod__zone__uuid"),
    ),
    orderings=("name", "created_at", "state", "memory_mib", "claimed_memory_mib", "last_seen_at"),
    changes=(
        Create(
            AddHost, working(into(HostValues, hosts.add)), actions.ADD_HOST, works=True, summary="Add a host"
        ),
        Edit(EditHost, into(HostChanges, hosts.update), actions.UPDATE_HOST),
        Remove(working(hosts.remove), actions.REMOVE_HOST, works=True),
        Verb("enable", hosts.enable, actions.ENABLE_HOST, summary="Let the host take instances again"),
        Verb("disable", hosts.disable, actions.DISABLE_HOST, summary="Let the host take nothing new"),
        Verb("maintain", hosts.maintain, actions.MAINTAIN_HOST, summary="Put the host into maintenance"),
        Verb(
            "reconnect",
            working(hosts.reconnect),
            actions.RECONNECT_HOST,
            works=True,
            summary="Ask the host again what it is",
        ),
    ),
)
