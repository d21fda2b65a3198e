"""What instances say about changes to their networks: how many of them run where."""

from django.db.models import Count

from compute import states
from compute.models import Nic
from networking import users
from networking.models import Network


def running_on(network: Network) -> dict[int, int]:
    """By the primary key of each host, how many instances run there that are in the network."""
    rows = Nic.objects.filter(network=network, instance__state=states.RUNNING).exclude(instance__host=None)
    counted = (
        rows.order_by().values_list("instance__host_id").annotate(count=Count("instance", distinct=True))
    )
    return {host: count for host, count in counted if host is not None}


users.register(running_on)
