"""A thousand hosts are asked in as few queries as three."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compute.placement import orders
from compute.placement.choice import preview
from compute.placement.request import Request
from compute.topology.models import Host
from tests.support.factories import account_of
from tests.support.factories_compute import make_affinity_group, make_cloud, make_dedication, stopped
from tests.support.factories_infra import make_cluster, make_pod

pytestmark = pytest.mark.django_db


def asked(instance, order):
    with CaptureQueriesContext(
        connection,
    ) as found:
        seen = preview(Request.of(instance, None), order=order)
    return len(seen.hosts), len(found)


@pytest.mark.parametrize("order", orders.BUILT_IN)
def test_more_hosts_need_no_more_queries(tenant, order):
    cloud = make_cloud(hosts=3)
    instance = stopped(cloud, tenant, affinity_groups=(make_affinity_group(account_of(tenant)).uuid,))
    make_dedication(account_of(tenant), host=cloud.host)
    before = asked(instance, order)
    home = make_cluster(make_pod(cloud.zone))
    Host.objects.bulk_create(
        Host(cluster=home, name=f"many-{number}", driver="simulator", state="up", cpus=16, memory_mib=65536)
        for number in range(1000)
    )
    assert before[0] == 3
    assert asked(instance, order) == (1003, before[1])
    assert before[1] <= 12
