"""How much of networking each account has, counted from the rows, for proving the limits' counters."""

from collections.abc import Mapping

from django.db.models import Count

from networking import states
from networking.models import Address, Network
from tenants.resources import Resource
from tenants.services import limits_recount


def addresses() -> Mapping[int, int]:
    """Addresses that are taken, by account id."""
    rows = Address.objects.filter(state=states.TAKEN).exclude(account=None).order_by()
    return dict(rows.values_list("account_id").annotate(Count("pk")))


def networks() -> Mapping[int, int]:
    """Networks of accounts' own, by account id."""
    rows = Network.objects.exclude(account=None).exclude(kind=Network.SHARED).order_by()
    return dict(rows.values_list("account_id").annotate(Count("pk")))


limits_recount.register(Resource.ADDRESSES, addresses)
limits_recount.register(Resource.NETWORKS, networks)
