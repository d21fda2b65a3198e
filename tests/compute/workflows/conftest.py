"""A simulated cloud, and the rule that no transaction is open while it is called."""

import pytest
from django.db import connection

from cloudportal.drivers.simulated.world import SimulatedWorld
from tests.support.factories import make_caller, make_domain
from tests.support.factories_compute import make_cloud


@pytest.fixture
def cloud():
    return make_cloud(hosts=2)


@pytest.fixture
def tenant():
    return make_caller(make_domain())


@pytest.fixture(autouse=True)
def no_transaction_while_a_driver_is_called(monkeypatch):
    """Whatever these tests do, a driver's call never waits inside a transaction of ours."""
    call = SimulatedWorld.call

    def watched(self, *args, **options):
        assert not connection.in_atomic_block, "A driver was called inside a transaction."
        return call(self, *args, **options)

    monkeypatch.setattr(SimulatedWorld, "call", watched)
