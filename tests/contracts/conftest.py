"""Gives every case of the contract suites to every driver."""

import pytest

from tests.contracts.rigs.real import KvmComputeRig, LibvirtNetworkRig, LibvirtPoolRig, NfsPoolRig
from tests.contracts.rigs.simulated import SimulatedComputeRig, SimulatedNetworkRig, SimulatedStorageRig
from tests.support.libvirtd import libvirtd_process, private_libvirtd  # noqa: F401

REAL = pytest.mark.real


@pytest.fixture
def simulated_compute(tmp_path):
    return SimulatedComputeRig(tmp_path)


@pytest.fixture
def simulated_storage(tmp_path):
    return SimulatedStorageRig(tmp_path)


@pytest.fixture
def simulated_network(tmp_path):
    return SimulatedNetworkRig(tmp_path)


@pytest.fixture
def kvm_compute(private_libvirtd, tmp_path):  # noqa: F811
    return KvmComputeRig(private_libvirtd, tmp_path)


@pytest.fixture
def libvirt_storage(private_libvirtd, tmp_path):  # noqa: F811
    return LibvirtPoolRig(private_libvirtd, tmp_path)


@pytest.fixture
def nfs_storage(private_libvirtd, nfs_server, tmp_path):  # noqa: F811
    return NfsPoolRig(private_libvirtd, tmp_path, nfs_server)


@pytest.fixture
def libvirt_networks(private_libvirtd, tmp_path):  # noqa: F811
    return LibvirtNetworkRig(private_libvirtd, tmp_path)


@pytest.fixture(params=["simulated_compute", pytest.param("kvm_compute", marks=REAL)])
def compute(request):
    """A host's rig: `open()` gives its driver."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["simulated_storage", pytest.param("libvirt_storage", marks=REAL)])
def storage(request):
    """A pool's rig: `open()` gives its driver."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["simulated_network", pytest.param("libvirt_networks", marks=REAL)])
def network(request):
    """A network place's rig: `open()` gives its driver."""
    return request.getfixturevalue(request.param)
