"""Storage pools at the REST door."""

from rest_framework import serializers

from cloudportal.api.calls import into, working
from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import DriverSettings, NamedShape, Reference, RowShape, Text, Values
from storage import actions, queries, states
from storage.services import pools
from storage.services.pools import PoolChanges, PoolValues

STATES = tuple(sorted(states.POOL.states))


class PoolShape(RowShape):
    """Where volumes live. Secret settings are kept and never shown."""

    name = serializers.CharField()
    zone = NamedShape()
    cluster = NamedShape(allow_null=True)
    host = NamedShape(allow_null=True)
    driver = serializers.CharField()
    settings = serializers.DictField()
    state = serializers.ChoiceField(choices=STATES)
    tags = serializers.ListField(child=serializers.CharField())
    overcommit = serializers.DecimalField(max_digits=5, decimal_places=2)
    capacity_bytes = serializers.IntegerField()
    used_bytes = serializers.IntegerField()
    claimed_bytes = serializers.IntegerField()
    claimed_whole_bytes = serializers.IntegerField(
        help_text="The part of `claimed_bytes` that fat volumes took at once; over-provisioning does not stretch it."
    )
    seen_at = serializers.DateTimeField(allow_null=True)


class EditPool(Values):
    """What may be changed about a pool. Settings that are not named stay as they are."""

    name = Text(max_length=100)
    settings = DriverSettings(
        "storage", "pool", required=False, help_text="As the driver declares them in /drivers/."
    )
    tags = serializers.ListField(child=Text(max_length=100), max_length=50, required=False)
    overcommit = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)


class AddPool(EditPool):
    """A pool as an operator wants it: of a whole zone, of one cluster, or of one host."""

    zone = Reference(source="zone_uuid")
    cluster = Reference(source="cluster_uuid", required=False)
    host = Reference(source="host_uuid", required=False)
    driver = Text(max_length=40, help_text="A storage driver's name, from /drivers/.")


POOLS = Resource(
    path="storage-pools",
    noun="storage pool",
    shape=PoolShape,
    read=actions.READ_POOL,
    rows=queries.pools_for,
    row=queries.pool_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        Filter("driver"),
        by_uuid("zone"),
        by_uuid("cluster"),
        by_uuid("host"),
    ),
    orderings=("name", "created_at", "state", "capacity_bytes", "used_bytes", "claimed_bytes"),
    changes=(
        Create(
            AddPool,
            working(into(PoolValues, pools.add)),
            actions.ADD_POOL,
            works=True,
            summary="Add a storage pool",
        ),
        Edit(EditPool, into(PoolChanges, pools.update), actions.UPDATE_POOL),
        Remove(pools.remove, actions.REMOVE_POOL),
        Verb("enable", pools.enable, actions.ENABLE_POOL, summary="Let the pool take volumes again"),
        Verb("disable", pools.disable, actions.DISABLE_POOL, summary="Let the pool take nothing new"),
        Verb("maintain", pools.maintain, actions.MAINTAIN_POOL, summary="Put the pool into maintenance"),
        Verb(
            "reconnect",
            working(pools.reconnect),
            actions.RECONNECT_POOL,
            works=True,
            summary="Make or find the pool again",
        ),
    ),
)
