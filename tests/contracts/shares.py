"""Gives the cases of a module to pools on an NFS server as well. They share the files' code with directory pools, so
only what meets mounts and copies is asked of both.
"""

import pytest

DRIVERS = (
    "simulated_storage",
    *(pytest.param(name, marks=pytest.mark.real) for name in ("libvirt_storage", "nfs_storage")),
)


@pytest.fixture(name="storage", params=DRIVERS)
def storage_with_shares(request):
    """A pool's rig: `open()` gives its driver."""
    return request.getfixturevalue(request.param)
