"""How much of storage each account has, counted from the rows, for proving the limits' counters."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

from django.db.models import Count

from storage import states
from storage.amounts import gib_of
from storage.models import Snapshot, Template, Volume, VolumeExport
from tenants.resources import Resource
from tenants.services import limits_recount


def volumes() -> Mapping[int, int]:
    """Volumes that are neither deleted nor put aside, by account id."""
    rows = Volume.objects.filter(destroyed_at=None).exclude(state=states.DELETED).order_by()
    return dict(rows.values_list("account_id").annotate(Count("pk")))


def primary_storage_gib() -> Mapping[int, int]:
    """GiB of volumes that are neither deleted nor put aside, each rounded up, by account id."""
    rows = Volume.objects.filter(destroyed_at=None).exclude(state=states.DELETED).order_by()
    return _gib(rows.values_list("account_id", "size_bytes"))


def templates() -> Mapping[int, int]:
    """Templates that are not deleted, by account id."""
    rows = Template.objects.exclude(state=states.DELETED).order_by()
    return dict(rows.values_list("account_id").annotate(Count("pk")))


def secondary_storage_gib() -> Mapping[int, int]:
    """GiB of images that came in whole, each rounded up, by account id."""
    whole = Template.objects.exclude(state__in=(states.DELETED, states.FETCHING)).order_by()
    kept = Snapshot.objects.exclude(state__in=(states.DELETED, states.CREATING)).order_by()
    leaving = VolumeExport.objects.filter(state=states.READY).order_by()
    return _gib(chain(*(rows.values_list("account_id", "size_bytes") for rows in (whole, kept, leaving))))


def snapshots() -> Mapping[int, int]:
    """Snapshots that are not deleted, by account id."""
    rows = Snapshot.objects.exclude(state=states.DELETED).order_by()
    return dict(rows.values_list("account_id").annotate(Count("pk")))


def _gib(rows: Iterable[tuple[int, int]]) -> Mapping[int, int]:
    amounts: dict[int, int] = defaultdict(int)
    for account_id, size_bytes in rows:
        amounts[account_id] += gib_of(size_bytes)
    return {account_id: amount for account_id, amount in amounts.items() if amount}


limits_recount.register(Resource.VOLUMES, volumes)
limits_recount.register(Resource.PRIMARY_STORAGE_GIB, primary_storage_gib)
limits_recount.register(Resource.TEMPLATES, templates)
limits_recount.register(Resource.SNAPSHOTS, snapshots)
limits_recount.register(Resource.SECONDARY_STORAGE_GIB, secondary_storage_gib)
