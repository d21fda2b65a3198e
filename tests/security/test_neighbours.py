"""What tenants on one shared network can do to each other."""

import pytest

from tests.support.factories import make_caller
from tests.support.factories_compute import deployed, make_cloud

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_instance_may_be_called_as_a_neighbours_is():
    cloud = make_cloud()
    first, second = (deployed(cloud, make_caller(), name="web") for _ in range(2))
    assert [first.name, second.name] == ["web", "web"]
    assert [first.state, second.state] == ["running", "running"]
