"""MAC addresses for NICs: random, locally administered, and unique because the database says so."""

import random
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

# Locally administered and unicast (IEEE 802, section 8.2): never a vendor's.
PREFIX = "02"
# With a million NICs a random address of 40 bits is taken already once in a million times.
TRIES = 8

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
