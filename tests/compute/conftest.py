"""A simulated cloud with two hosts, those who use it, an instance that runs there, and rounds over its hosts."""

import pytest
from django.db import connection

from cloudportal.drivers.simulated.world import SimulatedWorld
from compute.reconcile import rounds
from compute.reconcile.sightings import hosts_to_ask
from tests.support.factories import caller, make_caller, make_domain, make_root_admin
from tests.support.factories_compute import deployed, make_cloud


@pytest.fixture
def cloud():
    return make_cloud(hosts=2)


@pytest.fixture
def tenant():
    return make_caller(make_domain())


@pytest.fixture
def root():
    return caller(make_root_admin())


@pytest.fixture
def instance(cloud, tenant):
    return deployed(cloud, tenant)


@pytest.fixture
def compare(root):
    """`compare(times)` goes so many rounds and gives the last report."""

    def rounds_of(times=1):
        for _ in range(times):
            report = rounds.compare_hosts(root, hosts_to_ask())
        return report

    return rounds_of


@pytest.fixture
def no_transaction_while_a_driver_is_called(monkeypatch):
    """Whatever a test does, a driver's call never waits inside a transaction of ours."""
    call = SimulatedWorld.call

    def watched(self, *args, **options):
        assert not connection.in_atomic_block, "A driver was called inside a transaction."
        return call(self, *args, **options)

    monkeypatch.setattr(SimulatedWorld, "call", watched)
