"""Instances."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from cloudportal.core.secrets import EncryptedField, Secret, revealed
from compute import states
from compute.models.offerings import ServiceOffering
from compute.topology.models import Host, Zone
from storage.guest_terms import ROOT
from storage.models import Template
from tenants.models import Account


class Instance(ScopedModel):
    """A tenant's machine. Three axes: `state` is ours, the open job is what is being done, `power` is what the
    driver said at `power_seen_at`. `host` is set while capacity is claimed there; `last_host` is where it ran last.
    """

    scope = OwnedBy()

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="instances")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="instances")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, related_name="instances")
    offering = models.ForeignKey(ServiceOffering, on_delete=models.PROTECT, related_name="instances")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, null=True, related_name="instances")
    last_host = models.ForeignKey(Host, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=63)
    display_name = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=12, default=states.DEPLOYING)
    power = models.CharField(max_length=8, default="unknown")
    power_seen_at = models.DateTimeField(null=True)
    cpus = models.PositiveIntegerField()
    cpu_mhz = models.PositiveIntegerField()
    memory_mib = models.PositiveIntegerField()
    is_cpu_capped = models.BooleanField(default=False)
    network_rate_mbits = models.PositiveIntegerField(null=True)
    is_highly_available = models.BooleanField(default=False)
    # How far its guest can grow while it runs, as it was started; 0 where it cannot.
    most_cpus = models.PositiveIntegerField(default=0)
    most_memory_mib = models.PositiveIntegerField(default=0)
    # Terms of the claim on `host`, so that what is given back is what was taken.
    claimed_cpus = models.PositiveIntegerField(default=0)
    claimed_memory_mib = models.PositiveIntegerField(default=0)
    # What each CPU gets of one of the host's, while the size is capped and the host can hold it to that.
    cpu_cap_percent = models.PositiveSmallIntegerField(null=True)
    ssh_keys = models.JSONField(default=list)
    # Encrypted, for it often holds the guest's first passwords; read it as `guest_text`.
    user_data = EncryptedField(blank=True)
    # Counts the passwords and keys that a guest was to take after its first start, so that it takes each once.
    login_number = models.PositiveIntegerField(default=0)
    # Of a password that the guest has not been given yet; the password itself is kept nowhere.
    password_hash = EncryptedField(blank=True)
    has_new_keys = models.BooleanField(default=False)
    # While it is set, nothing destroys or expunges the instance.
    is_protected = models.BooleanField(default=False)
    destroyed_at = models.DateTimeField(null=True)
    expunged_at = models.DateTimeField(null=True)
    drift = models.JSONField(default=dict)

    # Made in this very request, to be shown once.
    new_password: Secret | None = None

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["account", "state", "-id"], name="instance_of_account"),
            models.Index(fields=["state", "-id"], name="instance_by_state"),
            models.Index(fields=["host", "state"], name="instance_on_host"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def login_user(self) -> str:
        """The user inside whom passwords and keys are for."""
        return self.template.login_user if self.template else ROOT

    @property
    def guest_text(self) -> str:
        """The user data in clear: for the guest and for whoever may see the instance, never for logs or events."""
        return revealed(self.user_data)
