"""Security groups: what the NICs that are in them may receive and send."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from tenants.models import Account


class SecurityGroup(ScopedModel):
    """A set of NICs and the rules for all of them. What no rule of any of a NIC's groups allows is dropped.

    Each account has one default group, which NICs are in for which nothing else was said.
    """

    scope = OwnedBy()

    DEFAULT = "default"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="security_groups")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name = "security group"
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "name"], name="group_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_default(self) -> bool:
        """True for the group that nobody has to choose."""
        return self.name == self.DEFAULT


class SecurityGroupRule(ScopedModel):
    """One kind of traffic that may begin: with the addresses of `cidr`, or with the NICs in `peer`.

    Ports are those of the receiver. A rule goes with its peer: less is allowed then, never more.
    """

    scope = OwnedBy(account="group__account_id", domain_path="group__account__domain__path")

    INGRESS = "ingress"
    EGRESS = "egress"
    DIRECTIONS = (INGRESS, EGRESS)
    PROTOCOLS = ("all", "tcp", "udp", "icmp")

    group = models.ForeignKey(SecurityGroup, on_delete=models.CASCADE, related_name="rules")
    direction = models.CharField(max_length=8)
    protocol = models.CharField(max_length=8, default="all")
    first_port = models.PositiveIntegerField(null=True)
    last_port = models.PositiveIntegerField(null=True)
    icmp_type = models.PositiveSmallIntegerField(null=True)
    icmp_code = models.PositiveSmallIntegerField(null=True)
    cidr = models.CharField(max_length=18, blank=True)
    peer = models.ForeignKey(SecurityGroup, on_delete=models.CASCADE, null=True, related_name="named_by")

    class Meta:
        ordering: ClassVar = ["direction", "id"]
        verbose_name = "security group rule"

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The rule in words, as in `ingress tcp 80-443 from 10.0.0.0/8`."""
        way = "from" if self.direction == self.INGRESS else "to"
        other = f"group {self.peer.name}" if self.peer else self.cidr
        return " ".join(word for word in (self.direction, self.protocol, self.ports, way, other) if word)

    @property
    def ports(self) -> str:
        """The ports, or the ICMP type and code, in words; empty for all."""
        if self.icmp_type is not None:
            return f"type {self.icmp_type}" + (
                f" code {self.icmp_code}" if self.icmp_code is not None else ""
            )
        if self.first_port is None:
            return ""
        return (
            str(self.first_port)
            if self.first_port == self.last_port
            else f"{self.first_port}-{self.last_port}"
        )
