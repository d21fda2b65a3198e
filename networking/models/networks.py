"""Networks, their addresses, and the hosts that they are laid on."""

from typing import ClassVar

from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import (
    AllOf,
    AnyOf,
    BelowDomain,
    Everyone,
    OwnedBy,
    RootOnly,
    Scope,
    ScopedModel,
)
from cloudportal.core.secrets import EncryptedField
from compute.topology.models import Host, OpenZones, Zone
from networking import states
from tenants.models import Account, Domain


class Inhabited(Scope):
    """Networks in which accounts of the caller's have addresses."""

    def condition(self, caller: Caller) -> models.Q:
        """As for every scope."""
        return models.Q(pk__in=Address.objects.for_caller(caller).exclude(account=None).values("network"))


class Network(ScopedModel):
    """A layer-2 network with one IPv4 subnet. A shared network serves all accounts of its zone, or those at and
    below its `domain`, or its one `account`. Whoever may not see the zone sees no network that is shared there,
    but for those that they are in already.

    `lease_seconds` is how long a host may still believe that a released address is its old owner's.
    """

    scope = AnyOf(
        (
            OwnedBy(),
            AllOf(
                (
                    AnyOf(
                        (
                            Everyone(when=models.Q(account=None, domain=None, state=states.READY)),
                            BelowDomain(when=models.Q(account=None, state=states.READY)),
                        )
                    ),
                    AnyOf((OpenZones("zone__"), Inhabited())),
                )
            ),
        )
    )

    SHARED = "shared"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="networks")
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, null=True, related_name="networks")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="networks")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, default=SHARED)
    driver = models.CharField(max_length=40)
    settings = models.JSONField(default=dict)
    secrets = EncryptedField(blank=True)
    cidr = models.CharField(max_length=43)
    gateway = models.GenericIPAddressField()
    dns = models.JSONField(default=list)
    mtu = models.PositiveIntegerField(default=1500)
    # Ends the names of its instances; empty for the zone's own.
    domain_name = models.CharField(max_length=100, blank=True)
    # Whether security groups hold the NICs in it to their rules. What is spoofed is dropped in any network.
    has_groups = models.BooleanField(default=False)
    lease_seconds = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, default=states.READY)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Address(ScopedModel):
    """One address of a network's range. The row is made with the range; taking it is a guarded move.

    `held_by` is the uuid of the NIC that has it; networking does not know what that is.
    """

    scope = OwnedBy()

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="addresses")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="addresses")
    ip = models.GenericIPAddressField()
    number = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, default=states.FREE)
    held_by = models.UUIDField(null=True, db_index=True)
    taken_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    # What has a reserved address, as the operator who set it aside remembers it.
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        verbose_name = "IP address"
        constraints: ClassVar = [models.UniqueConstraint(fields=["network", "ip"], name="address_once")]
        indexes: ClassVar = [models.Index(fields=["network", "state", "number"], name="address_free")]

    def __str__(self) -> str:
        return self.ip

    @property
    def name(self) -> str:
        """How the address is called in sentences."""
        return self.ip


class NetworkPlacement(ScopedModel):
    """That a network is laid on a host, and the locator under which the host's guests find it.

    While it is not `is_current`, guests there run on it as it was before a change.
    """

    scope = RootOnly()

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="placements")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="network_placements")
    locator = models.CharField(max_length=200)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["network", "host"], name="placement_once")]

    def __str__(self) -> str:
        return f"{self.network_id} on {self.host_id}"
