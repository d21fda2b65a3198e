"""The affinity groups of an instance as placement sees them: which hosts the other members are on."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from compute.models import AffinityGroup, Instance


@dataclass(frozen=True)
class Peers:
    """One group: what it wants, and the hosts on which other members have a claim."""

    group: str
    are_apart: bool
    is_strict: bool
    host_ids: frozenset[int]

    def welcome(self, host_id: int) -> bool:
        """True where the group is kept with one more member there."""
        if self.are_apart:
            return host_id not in self.host_ids
        return not self.host_ids or host_id in self.host_ids


def peers_of(instance: Instance) -> tuple[Peers, ...]:
    """The instance's groups, in two queries."""
    groups = list(AffinityGroup.objects.filter(instances=instance.pk).order_by("pk"))
    hosts: dict[int, set[int]] = defaultdict(set)
    others = AffinityGroup.instances.through.objects.filter(
        affinitygroup__in=[group.pk for group in groups], instance__host__isnull=False
    ).exclude(instance=instance.pk)
    for group_id, host_id in others.values_list("affinitygroup_id", "instance__host_id"):
        hosts[group_id].add(host_id)
    return tuple(
        Peers(group.name, group.kind == AffinityGroup.APART, group.is_strict, frozenset(hosts[group.pk]))
        for group in groups
    )


def breaks(peers: Iterable[Peers], host_id: int) -> list[Peers]:
    """The strict groups that would be broken there."""
    return [one for one in peers if one.is_strict and not one.welcome(host_id)]


def take_turns(instance: Instance) -> None:
    """From here to the end of the transaction no other member of a strict group claims a host.

    One guarded row for each group, in the order of their ids, so that two that share several do not wait for each
    other. What is read afterwards is what the others have committed.
    """
    strict = AffinityGroup.objects.filter(instances=instance.pk, is_strict=True).order_by("pk")
    for pk in list(strict.values_list("pk", flat=True)):
        AffinityGroup.objects.filter(pk=pk).update(turns=F("turns") + 1)
