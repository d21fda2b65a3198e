"""A guest's seed as the bytes of an ISO 9660 image."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import PurePosixPath

import pycdlib

from compute.drivers.seeds import config_drive, nocloud
from compute.drivers.specs import GuestData

FORMATS = {nocloud.FORMAT: nocloud, config_drive.FORMAT: config_drive}
SECTOR_BYTES = 512


def seed_image(data: GuestData) -> bytes:
    """The seed in the format that the data asks for: whole sectors, with Joliet and Rock Ridge names."""
    form = FORMATS[data.format]
    content = _iso(form.LABEL, form.files(data))
    return content.ljust(-(-len(content) // SECTOR_BYTES) * SECTOR_BYTES, b"\0")


def _iso(label: str, files: Mapping[str, bytes]) -> bytes:
    iso = pycdlib.PyCdlib()
    iso.new(interchange_level=3, vol_ident=label, joliet=3, rock_ridge="1.09")
    short: dict[PurePosixPath, str] = {PurePosixPath("."): ""}
    for path in map(PurePosixPath, files):
        for folder in reversed(path.parents):
            if folder not in short:
                short[folder] = f"{short[folder.parent]}/DIR{len(short)}"
                iso.add_directory(short[folder], rr_name=folder.name, joliet_path=f"/{folder}")
    for number, (name, content) in enumerate(files.items()):
        path = PurePosixPath(name)
        iso.add_fp(
            io.BytesIO(content),
            len(content),
            iso_path=f"{short[path.parent]}/FILE{number}.;1",
            rr_name=path.name,
            joliet_path=f"/{path}",
        )
    written = io.BytesIO()
    iso.write_fp(written)
    iso.close()
    return written.getvalue()
