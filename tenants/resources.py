"""What is counted against limits, with its unit."""

from enum import StrEnum


class Resource(StrEnum):
    """One kind of thing that accounts and domains have so and so much of."""

    INSTANCES = "instances"
    CPUS = "cpus"
    MEMORY_MIB = "memory_mib"
    VOLUMES = "volumes"
    PRIMARY_STORAGE_GIB = "primary_storage_gib"
    SECONDARY_STORAGE_GIB = "secondary_storage_gib"
    SNAPSHOTS = "snapshots"
    TEMPLATES = "templates"
    NETWORKS = "networks"
    ADDRESSES = "addresses"
    PROJECTS = "projects"

    @property
    def words(self) -> str:
        """As people say it."""
        return {
            "cpus": "CPUs",
            "memory_mib": "MiB of memory",
            "primary_storage_gib": "GiB of disk space",
            "secondary_storage_gib": "GiB of image space",
            "addresses": "IP addresses",
        }.get(self.value, self.value)
