"""Templates: images that root volumes begin as."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import AnyOf, Everyone, OwnedBy, RootOnly, ScopedModel
from compute.topology.models import OsType
from storage import states
from storage.models.grants import Granted
from storage.models.pools import Pool
from tenants.models import Account

# What instances have in their drives, as dependants of an ISO are called.
ATTACHED_ISOS = "attached ISOs"


class Template(ScopedModel):
    """An image in the content-addressed store: `checksum` is the SHA-256 of its bytes, and its file's
    name. `expected_checksum` is what whoever sends it said of them before, as in `sha512:…`.

    An ISO is no root volume's beginning but what an instance has in its CD drive.
    """

    TEMPLATE = "template"
    ISO = "iso"

    scope = AnyOf((OwnedBy(), Everyone(when=models.Q(is_public=True, state=states.READY)), Granted()))

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="templates")
    kind = models.CharField(max_length=8, default=TEMPLATE)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=255, blank=True)
    # What its owner calls the system, and the OS type that comes closest to that.
    os_type = models.CharField(max_length=60, blank=True)
    system = models.ForeignKey(OsType, on_delete=models.PROTECT, related_name="templates", null=True)
    format = models.CharField(max_length=10, default="qcow2")
    checksum = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    virtual_size_bytes = models.PositiveBigIntegerField(default=0)
    minimum_memory_mib = models.PositiveIntegerField(default=0)
    minimum_disk_gib = models.PositiveIntegerField(default=0)
    # Found in the image, not said of it: an ISO that a machine can start from.
    is_bootable = models.BooleanField(default=True)
    # Whether others who may use it may also take the image out.
    is_extractable = models.BooleanField(default=False)
    # Whose image it carries on, where it was made of a disk that began as another template (storage.origins).
    origin = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    # Whether its guests take memory and CPUs while they run.
    is_dynamically_scalable = models.BooleanField(default=False)
    # How its guests read what they are told (storage.guest_terms), empty for what fits the system; whether they take
    # a password that is made here; and the user inside whom passwords and keys are for.
    guest_data_format = models.CharField(max_length=16, blank=True)
    takes_password = models.BooleanField(default=False)
    login_user = models.CharField(max_length=32, default="root")
    state = models.CharField(max_length=12, default=states.FETCHING)
    source_url = models.CharField(max_length=2000, blank=True)
    expected_checksum = models.CharField(max_length=140, blank=True)
    is_public = models.BooleanField(default=False)
    is_featured = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-is_featured", "name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_iso(self) -> bool:
        """True for what goes into CD drives."""
        return self.kind == self.ISO


class TemplateCopy(ScopedModel):
    """An image as a pool has it: copied on first use, aged out when nothing stands on it.

    While it is not complete, `copier` is the job that copies it, believed alive until `copying_until`.
    """

    scope = RootOnly()

    checksum = models.CharField(max_length=64)
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="template_copies")
    size_bytes = models.PositiveBigIntegerField(default=0)
    is_complete = models.BooleanField(default=False)
    copier = models.UUIDField(null=True)
    copying_until = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["checksum", "pool"], name="copy_once_per_pool")
        ]

    def __str__(self) -> str:
        return f"{self.checksum[:12]} on {self.pool_id}"
