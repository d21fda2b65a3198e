"""Places that are kept for one domain or account."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import RootOnly, ScopedModel
from compute.topology.models.hosts import Host
from compute.topology.models.places import Cluster, Pod, Zone
from tenants.models import Account, Domain


class Dedication(ScopedModel):
    """A zone, pod, cluster or host that only one domain with all below it, or one account, may use.

    Just one of the four places is set, and each has at most one. `is_confining` also keeps the owner's own new
    instances to what is dedicated to it in the zone; otherwise it only prefers that. A dedication ends with its owner:
    nobody else has a claim to the place.
    """

    scope = RootOnly()

    PLACES: ClassVar = ("zone", "pod", "cluster", "host")

    zone = models.OneToOneField(Zone, on_delete=models.CASCADE, null=True, related_name="dedication")
    pod = models.OneToOneField(Pod, on_delete=models.CASCADE, null=True, related_name="dedication")
    cluster = models.OneToOneField(Cluster, on_delete=models.CASCADE, null=True, related_name="dedication")
    host = models.OneToOneField(Host, on_delete=models.CASCADE, null=True, related_name="dedication")
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    is_confining = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"

    @property
    def kind(self) -> str:
        """Which of the four it is."""
        return next(name for name in self.PLACES if getattr(self, f"{name}_id") is not None)

    @property
    def place(self) -> Zone | Pod | Cluster | Host:
        """What is dedicated."""
        found: Zone | Pod | Cluster | Host = getattr(self, self.kind)
        return found

    @property
    def owner(self) -> Domain | Account:
        """Whom it is kept for."""
        return self.account or self.domain

    def is_for(self, account_id: int, domain_ids: tuple[int, ...]) -> bool:
        """True for the account, whose domain and those above it have these ids."""
        return self.account_id == account_id if self.account_id else self.domain_id in domain_ids

    def covers(self, host: Host) -> bool:
        """True where the host is dedicated by this, as itself or by what it stands in."""
        cluster = host.cluster
        ids = (cluster.pod.zone_id, cluster.pod_id, host.cluster_id, host.pk)
        return any(getattr(self, f"{name}_id") == pk for name, pk in zip(self.PLACES, ids, strict=True))
