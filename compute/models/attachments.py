"""What is attached to an instance: what attaches owns the link."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute.models.instances import Instance
from networking.models import Address, Network, SecurityGroup
from storage.models import Volume


class Nic(ScopedModel):
    """A network card of an instance. MAC addresses are unique in the whole cloud.

    The default one leads out of its networks and names the name servers; each instance with NICs has one. Without
    `is_linked` its cable is out.
    """

    scope = OwnedBy(account="instance__account_id", domain_path="instance__account__domain__path")

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="nics")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="nics")
    address = models.OneToOneField(Address, on_delete=models.PROTECT, null=True, related_name="nic")
    mac = models.CharField(max_length=17, unique=True)
    device_index = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    is_linked = models.BooleanField(default=True)
    groups = models.ManyToManyField(SecurityGroup, related_name="nics")
    # How often what its host must let through has changed, and which of those changes the host knows of.
    guard_wanted = models.PositiveIntegerField(default=1)
    guard_applied = models.PositiveIntegerField(default=0)
    # What the host said of that guard, by which it is seen when somebody changes it there.
    guard_digest = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering: ClassVar = ["instance", "device_index"]
        verbose_name = "NIC"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "device_index"], name="nic_order")
        ]

    def __str__(self) -> str:
        return self.mac

    @property
    def name(self) -> str:
        """How the NIC is called in sentences."""
        return self.mac


class SecondaryAddress(ScopedModel):
    """One more address of a NIC. DHCP gives a NIC its first address only, so the guest must set this one up itself;
    what it reads at its first start says so. Whoever takes it away marks it as leaving first, and then no host lets it
    pass.
    """

    scope = OwnedBy(account="nic__instance__account_id", domain_path="nic__instance__account__domain__path")

    nic = models.ForeignKey(Nic, on_delete=models.CASCADE, related_name="secondary_addresses")
    address = models.OneToOneField(Address, on_delete=models.PROTECT, related_name="secondary")
    is_leaving = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["address__number"]
        verbose_name = "secondary address"

    def __str__(self) -> str:
        return self.address.ip

    @property
    def name(self) -> str:
        """How it is called in sentences."""
        return self.address.ip


class VolumeAttachment(ScopedModel):
    """A volume in an instance, at a place in the order of its disks. The root volume is at 0."""

    scope = OwnedBy(account="instance__account_id", domain_path="instance__account__domain__path")

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="attachments")
    volume = models.OneToOneField(Volume, on_delete=models.PROTECT, related_name="attachment")
    device_index = models.PositiveSmallIntegerField(default=0)
    # A data volume that whoever destroyed the instance wants deleted when it is expunged. Others are set free then.
    goes_too = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["instance", "device_index"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "device_index"], name="disk_order")
        ]

    def __str__(self) -> str:
        return f"{self.volume_id} in {self.instance_id}"
