"""Over-provisioning that changes while instances run: their claims stay, and the plan says what is promised."""

from decimal import Decimal

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import NoRoom
from compute.services import instances
from compute.topology.services import clusters
from compute.topology.services.clusters import ClusterChanges
from tests.support.factories_compute import deployed, fresh, make_cloud, submit_deployment
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud():
    return make_cloud(host={"cpus": 2, "memory_mib": 4096, "reserved_memory_mib": 1024})


def change(root, cloud, **values):
    cloud.cluster.refresh_from_db()
    clusters.update(root, cloud.cluster, ClusterChanges(**values))


def capacity_told(root, cloud, **values):
    changes = ClusterChanges(**values)
    effects = plans.planned(lambda: clusters.update(root, cloud.cluster, changes)).effects
    cloud.cluster.refresh_from_db()
    return [
        (one["promised"], one["claimed"], one["sentence"]) for one in effects if one["kind"] == "capacity"
    ]


def test_more_is_promised_at_once(root, tenant, cloud):
    for _ in range(2):
        deployed(cloud, tenant)
    with pytest.raises(NoRoom):
        submit_deployment(cloud, tenant)
    change(root, cloud, cpu_overcommit=Decimal("1.5"))
    assert deployed(cloud, tenant).state == "running"


def test_less_moves_nothing_and_stops_only_what_is_new(root, tenant, cloud):
    change(root, cloud, cpu_overcommit=Decimal(2))
    rows = [deployed(cloud, tenant) for _ in range(3)]
    change(root, cloud, cpu_overcommit=Decimal(1))
    assert {fresh(row).state for row in rows} == {"running"}
    with pytest.raises(NoRoom):
        submit_deployment(cloud, tenant)
    for row in rows[:2]:
        assert run_job(instances.stop(tenant, fresh(row))).state == "done"
    cloud.host.refresh_from_db()
    assert (cloud.host.claimed_cpus, cloud.host.claimed_memory_mib) == (1, 512)
    assert deployed(cloud, tenant).state == "running"


def test_the_plan_says_what_is_promised_and_what_is_given_away(root, tenant, cloud):
    for _ in range(2):
        deployed(cloud, tenant)
    [(promised, claimed, sentence)] = capacity_told(root, cloud, cpu_overcommit=Decimal("0.5"))
    assert (promised, claimed) == (1, 2)
    assert "What runs goes on" in sentence
    [(promised, claimed, sentence)] = capacity_told(root, cloud, memory_overcommit=Decimal(2))
    assert (promised, claimed) == (6144, 1024)
    assert "What runs goes on" not in sentence
    assert capacity_told(root, cloud, name="other") == []
