"""What every host says to an instance, for operators alone."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import NotPermitted
from compute import placement_queries as queries
from compute.placement.custom import OrderFailed
from compute.topology.models import Cluster, Host
from tests.support.clients import RestClient
from tests.support.factories import make_domain, make_personas
from tests.support.factories_compute import make_cloud, make_dedication, stopped, submit_deployment
from tests.support.factories_infra import make_cluster, make_host, make_pod

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud():
    return make_cloud(hosts=6)


def put(host, **values):
    Host.objects.filter(pk=host.pk).update(**values)


@pytest.fixture
def instance(cloud, tenant):
    """It needs a tag; of six hosts each but the third and the last stands for another reason why not."""
    cloud.offering.host_tags = ["ssd"]
    cloud.offering.save()
    Host.objects.update(tags=["ssd"])
    made = stopped(cloud, tenant)
    put(cloud.hosts[0], state="maintenance")
    put(cloud.hosts[1], tags=[])
    put(cloud.hosts[3], claimed_cpus=16)
    make_dedication(make_domain(name="labs"), host=cloud.hosts[4])
    return made


def told(verdicts):
    return {one.host.pk: (one.check, one.reason, one.rank) for one in verdicts}


def test_every_host_has_a_verdict(cloud, root, instance):
    found = told(queries.verdicts_for(root, instance.uuid))
    expected = [
        ("enabled", "is maintenance", None),
        ("tags", "has no tag ssd", None),
        ("", "", 1),
        ("room", "has 0 CPUs and 65536 MiB left", None),
        ("dedication", f"is dedicated to labs as host {cloud.hosts[4].name}", None),
        ("", "", 2),
    ]
    assert [found[host.pk] for host in cloud.hosts] == expected


def test_a_closed_cluster_closes_its_hosts(cloud, root, instance):
    closed = make_cluster(make_pod(cloud.zone), state="disabled")
    host = make_host(closed)
    check, reason, _ = told(queries.verdicts_for(root, instance.uuid))[host.pk]
    assert (check, reason) == ("enabled", f"its cluster {closed.name} is disabled")


def test_nobody_else_is_told_of_hosts(instance):
    personas = make_personas()
    for caller in (personas.user, personas.domain_admin):
        with pytest.raises(NotPermitted):
            queries.verdicts_for(caller, instance.uuid)


def test_an_order_that_fails_still_shows_who_could(root, cloud, instance, monkeypatch):
    def fail(*arguments):
        raise OrderFailed("no such shelf")

    monkeypatch.setattr("compute.placement.verdicts.in_order", fail)
    found = [one for one in queries.verdicts_for(root, instance.uuid) if one.passes]
    assert [(one.rank, one.reason) for one in found] == [(None, "no such shelf")] * 2


def test_the_rest_door_lists_them(root, instance, cloud):
    answer = RestClient(root).get(f"instances/{instance.uuid}/placement/")
    assert answer.json()["count"] == len(cloud.hosts)
    best = answer.json()["results"][0]
    assert (best["host"]["name"], best["passes"], best["rank"]) == (cloud.hosts[2].name, True, 1)


def test_a_plan_of_a_root_admin_names_every_host_and_a_tenants_none(cloud, root, tenant, instance):
    for caller, is_told in ((root, True), (tenant, False)):
        plan = plans.planned(lambda who=caller: submit_deployment(cloud, who))
        effect = next(one for one in plan.effects if one["kind"] == "placement")
        assert (cloud.hosts[1].name in str(effect)) is is_told
        assert len(effect.get("hosts", ())) == (len(cloud.hosts) if is_told else 0)


def test_a_refusal_of_a_root_admin_is_told_host_by_host(cloud, root, instance):
    Cluster.objects.update(state="disabled")
    verdicts = queries.verdicts_for(root, instance.uuid)
    assert {one.check for one in verdicts} == {"enabled"}
