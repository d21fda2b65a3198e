"""The driver for pools on an NFS server, which many hosts mount."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from cloudportal.drivers.libvirtd import mounts
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.shares import Share, export_fault, options_fault, server_fault
from cloudportal.drivers.libvirtd.uris import uri_setting
from cloudportal.drivers.settings import Setting
from storage.drivers.contract import PoolFacts, PoolSpec
from storage.drivers.libvirt_pool import pool
from storage.drivers.libvirt_pool.files import FilePool

SHARE_TAKEN = (
    "The host has another pool on the same exported directory already. Use that one, or export another."
)


class LibvirtNfs(FilePool):
    """One exported directory, seen by one of the hosts that mount it; the others see the same volumes."""

    name: ClassVar[str] = "libvirt-nfs"
    label: ClassVar[str] = "NFS server, mounted by KVM hosts"
    settings: ClassVar[tuple[Setting, ...]] = (
        # Of the host and not of the pool: each host mounts the share itself.
        uri_setting("host"),
        Setting(
            name="server",
            label="NFS server",
            kind="text",
            scope="pool",
            required=True,
            check=server_fault,
            is_place=True,
            help="The host name or IP address by which every host of the pool reaches the server.",
        ),
        Setting(
            name="export",
            label="Exported directory",
            kind="path",
            scope="pool",
            required=True,
            check=export_fault,
            is_place=True,
            help="The path as the server exports it. Hosts must be allowed to write there as root (no_root_squash).",
        ),
        Setting(
            name="options",
            label="Mount options",
            kind="text",
            scope="pool",
            default="hard",
            check=options_fault,
            help=(
                "With commas between them, such as nfsvers=4.2,hard,timeo=600. A soft mount gives guests errors "
                "where a hard one lets them wait for the server. New options count from the next mount on."
            ),
        ),
    )

    @property
    def share(self) -> Share:
        """What the hosts mount."""
        return Share(server=self.text("server"), export=self.text("export"), options=self.text("options"))

    @property
    def name_on_host(self) -> str:
        return f"nfs-{self.share.key}"

    def _ensured(self, talk: Talk, spec: PoolSpec) -> PoolFacts:
        pool.demand_not_anothers(talk, spec, self.name_on_host, SHARE_TAKEN)
        return pool.facts_of(talk, mounts.ensure_shared_pool(talk, spec.uuid, self.name_on_host, self.share))

    @contextmanager
    def _talk(self) -> Iterator[Talk]:
        with mounts.told(), super()._talk() as talk:
            yield talk
