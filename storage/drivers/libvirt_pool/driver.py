"""The driver for directory pools."""

from __future__ import annotations

import re
from typing import ClassVar

from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.uris import uri_setting
from cloudportal.drivers.settings import Setting
from storage.drivers.contract import PoolFacts, PoolSpec
from storage.drivers.libvirt_pool import pool
from storage.drivers.libvirt_pool.files import FilePool

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def _name_fault(value: str) -> str | None:
    return None if NAME.fullmatch(value) else "Use lower-case letters, digits and dashes, at most 63."


class LibvirtPool(FilePool):
    """One directory pool on one host."""

    name: ClassVar[str] = "libvirt-pool"
    label: ClassVar[str] = "Directory on a KVM host"
    settings: ClassVar[tuple[Setting, ...]] = (
        uri_setting("pool"),
        Setting(
            name="pool_name",
            label="Name on the host",
            kind="text",
            scope="pool",
            required=True,
            check=_name_fault,
            help="The pool's name in libvirt. It is made when it is missing.",
        ),
        Setting(
            name="path",
            label="Directory",
            kind="path",
            scope="pool",
            required=True,
            help="The directory on the host that holds the volumes. It is made when it is missing.",
        ),
    )

    @property
    def name_on_host(self) -> str:
        return self.text("pool_name")

    def _ensured(self, talk: Talk, spec: PoolSpec) -> PoolFacts:
        return pool.ensure(talk, spec, name=self.name_on_host, path=self.text("path"))
