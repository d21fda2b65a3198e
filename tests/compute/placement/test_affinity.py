"""Instances that are kept together or apart: where a strict group refuses, where a preferred one only prefers."""

import pytest

from cloudportal.core.errors import NoRoom
from compute.models import AffinityGroup, Instance
from compute.services import instances
from tests.support.factories import account_of
from tests.support.factories_compute import deployed, make_affinity_group, make_cloud, submit_deployment
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(tenant):
    def make(kind=AffinityGroup.APART, **values):
        return make_affinity_group(account_of(tenant), kind=kind, **values)

    return make


def hosts_of(*rows):
    return list(Instance.objects.filter(pk__in=[row.pk for row in rows]).values_list("host_id", flat=True))


def together(cloud, tenant, count, *groups):
    return [deployed(cloud, tenant, affinity_groups=tuple(one.uuid for one in groups)) for _ in range(count)]


def test_strictly_apart_they_never_share_a_host(cloud, tenant, group):
    apart = group()
    rows = together(cloud, tenant, 2, apart)
    assert len(set(hosts_of(*rows))) == 2
    with pytest.raises(NoRoom) as refusal:
        submit_deployment(cloud, tenant, affinity_groups=(apart.uuid,))
    assert f"affinity rules of {apart.name}" in refusal.value.detail
    assert cloud.hosts[0].name not in str(refusal.value.values)


def test_rather_apart_they_share_one_when_there_is_no_other(cloud, tenant, group):
    rows = together(cloud, tenant, 3, group(is_strict=False))
    assert len(set(hosts_of(*rows))) == 2


def test_strictly_together_they_are_on_one_host_or_nowhere(tenant, group):
    cloud = make_cloud(hosts=2, host={"cpus": 2})
    first, second = together(cloud, tenant, 2, one := group(AffinityGroup.TOGETHER))
    assert len(set(hosts_of(first, second))) == 1
    with pytest.raises(NoRoom):
        submit_deployment(cloud, tenant, affinity_groups=(one.uuid,))


def test_rather_together_another_host_is_taken_when_theirs_is_full(tenant, group):
    cloud = make_cloud(hosts=2, host={"cpus": 2})
    rows = together(cloud, tenant, 3, group(AffinityGroup.TOGETHER, is_strict=False))
    assert len(set(hosts_of(*rows))) == 2


def test_a_wish_for_company_weighs_more_than_the_zones_order(cloud, tenant, group):
    deployed(cloud, tenant)
    alone = deployed(cloud, tenant, affinity_groups=(group(is_strict=False).uuid,))
    joined = together(cloud, tenant, 1, apart := group(is_strict=False))[0]
    other = together(cloud, tenant, 1, apart)[0]
    assert hosts_of(alone, joined) == [cloud.hosts[0].pk] * 2
    assert hosts_of(other) == [cloud.hosts[1].pk]


def test_an_instance_in_several_groups_heeds_all_of_them(cloud, tenant, group):
    apart, near = group(), group(AffinityGroup.TOGETHER)
    together(cloud, tenant, 1, apart, near)
    with pytest.raises(NoRoom):
        submit_deployment(cloud, tenant, affinity_groups=(apart.uuid, near.uuid))


def test_a_stopped_member_takes_no_place(cloud, tenant, group):
    apart = group()
    first, _ = together(cloud, tenant, 2, apart)
    assert run_job(instances.stop(tenant, first)).state == "done"
    third = together(cloud, tenant, 1, apart)[0]
    assert hosts_of(third) == [cloud.hosts[0].pk]
    with pytest.raises(NoRoom):
        instances.start(
            tenant, Instance.objects.select_related("account__domain", "zone", "offering").get(pk=first.pk)
        )
