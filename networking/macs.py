"""MAC addresses for NICs: random, locally administered, and unique because the database says so."""

import random
import re
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

from cloudportal.core.errors import InvalidInput

# Locally administered and unicast (IEEE 802, section 8.2): never a vendor's.
PREFIX = "02"
# With a million NICs a random address of 40 bits is taken already once in a million times.
TRIES = 8

MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")

T = TypeVar("T")


def random_mac() -> str:
    """An address such as `02:4f:1a:09:c3:7e`."""
    rest = random.getrandbits(40).to_bytes(5, "big")
    return ":".join([PREFIX, *(f"{byte:02x}" for byte in rest)])


def with_new_mac(create: Callable[[str], T]) -> T:
    """What `create(mac)` returns, called with a fresh address until its row's unique constraint takes it.

    Raises the last IntegrityError after TRIES refusals: then it is another constraint that refuses.
    """
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return create(random_mac())
        except IntegrityError:
            continue
    with transaction.atomic():
        return create(random_mac())


def check_mac(value: str, *, field: str = "mac") -> str:
    """The address in lower case with colons, fit for one NIC, else InvalidInput for the field."""
    mac = value.strip().lower().replace("-", ":")
    # The lowest bit of the first byte marks addresses of many (IEEE 802, section 8.2).
    is_one = MAC.fullmatch(mac) is not None and int(mac[:2], 16) % 2 == 0 and mac != "00:00:00:00:00:00"
    # libvirt takes these for its own taps, which bear the guest's address with this first byte.
    if not is_one or mac.startswith("fe:"):
        raise InvalidInput.of(field, "Write a MAC address of one network card, such as 02:4f:1a:09:c3:7e.")
    return mac
