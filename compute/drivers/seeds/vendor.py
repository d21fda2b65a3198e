"""Vendor data: what operators add for every guest, what lets it grow while it runs, and a new password or new keys for
one that has lived already.
"""

from __future__ import annotations

from compute.drivers.seeds import growing
from compute.drivers.seeds.login import boothook
from compute.drivers.seeds.parts import combined
from compute.drivers.specs import GuestData


def vendor_text(data: GuestData) -> str:
    """All of it as one text."""
    login = boothook(data.login, data.instance_id) if data.login else ""
    return combined([data.vendor_data or "", growing.HOOK, login])
