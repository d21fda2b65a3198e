"""Places that are kept for somebody: everybody else is kept out, and the owner prefers them or is confined to them."""

import pytest

from cloudportal.core.errors import NoRoom, NotFound
from compute.topology import queries as topology
from compute.topology.models import Zone
from tests.support.factories import account_of, make_caller, make_domain
from tests.support.factories_compute import (
    cluster_in,
    deployed,
    make_cloud,
    make_dedication,
    submit_deployment,
)
from tests.support.factories_infra import make_host

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    """Of a domain with one above it."""
    return make_caller(make_domain(make_domain()))


def domain_of(caller):
    return account_of(caller).domain


@pytest.mark.parametrize("kind", ["host", "cluster", "pod"])
def test_others_are_kept_out_at_every_height(cloud, tenant, owner, kind):
    place = {"host": cloud.hosts[0], "cluster": cloud.cluster, "pod": cloud.cluster.pod}[kind]
    kept = {"host": {cloud.hosts[0]}}.get(kind, set(cloud.hosts))
    make_dedication(domain_of(owner), **{kind: place})
    assert deployed(cloud, owner).host in kept
    elsewhere = make_host(cluster_in(cloud.zone), settings=cloud.hosts[1].settings)
    assert deployed(cloud, tenant).host in {*cloud.hosts, elsewhere} - kept


def test_who_is_kept_out_reads_no_names(tenant, owner):
    cloud = make_cloud()
    make_dedication(domain_of(owner), host=cloud.host)
    with pytest.raises(NoRoom) as refusal:
        submit_deployment(cloud, tenant)
    assert "No host that has room is open to your account" in refusal.value.detail
    told = f"{refusal.value.detail} {refusal.value.values}"
    assert not any(name in told for name in (cloud.host.name, domain_of(owner).name))


def test_it_is_for_the_subtree(cloud, owner):
    make_dedication(domain_of(owner).parent, host=cloud.hosts[1])
    assert deployed(cloud, owner).host == cloud.hosts[1]


def test_an_account_has_it_to_itself(cloud, owner):
    make_dedication(account_of(owner), host=cloud.hosts[1])
    assert deployed(cloud, owner).host == cloud.hosts[1]
    assert deployed(cloud, make_caller(domain_of(owner))).host == cloud.hosts[0]


def test_the_owner_only_prefers_it_unless_confined(owner):
    cloud = make_cloud(hosts=2, host={"cpus": 1})
    dedication = make_dedication(domain_of(owner), host=cloud.hosts[1])
    assert [deployed(cloud, owner).host for _ in range(2)] == [cloud.hosts[1], cloud.hosts[0]]
    dedication.is_confining = True
    dedication.save()
    with pytest.raises(NoRoom):
        submit_deployment(cloud, owner)


def test_a_dedicated_zone_is_seen_by_its_owner_alone(cloud, tenant, owner, root):
    make_dedication(domain_of(owner), zone=cloud.zone)
    assert topology.zone_for(owner, cloud.zone.uuid) == topology.zone_for(root, cloud.zone.uuid) == cloud.zone
    with pytest.raises(NotFound):
        submit_deployment(cloud, tenant)
    assert deployed(cloud, owner).zone == cloud.zone


def test_a_zone_of_one_account_is_not_its_neighbours(cloud, owner):
    make_dedication(account_of(owner), zone=cloud.zone)
    assert not Zone.objects.for_caller(make_caller(domain_of(owner))).exists()


def test_it_ends_with_its_owner(cloud, tenant, owner):
    dedication = make_dedication(make_domain(), host=cloud.hosts[0])
    dedication.domain.delete()
    assert deployed(cloud, tenant).host == cloud.hosts[0]
