"""Seeds: small ISO images from which a guest reads its name, keys, network and data when it starts.

Drivers of every kind of hypervisor share them. Whatever stands in them is written by a library for YAML, JSON or MIME,
so that no value can mean more than itself.
"""

from compute.drivers.seeds.image import seed_image

__all__ = ["seed_image"]
