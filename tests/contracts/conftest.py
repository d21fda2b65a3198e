"""Gives every case of the contract suites to every driver."""

import pytest

from tests.contracts.rigs.simulated import SimulatedComputeRig, SimulatedNetworkRig, SimulatedStorageRig

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


@pytest.fixture(params=["simulated_compute"])
def compute(request):
    """A host's rig: `open()` gives its driver."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["simulated_storage"])
def storage(request):
    """A pool's rig: `open()` gives its driver."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["simulated_network"])
def network(request):
    """A network place's rig: `open()` gives its driver."""
    return request.getfixturevalue(request.param)
