"""Hosts that are meant for an operating system: preferred, or strict where the zone says so."""

import pytest

from cloudportal.core.errors import NoRoom
from compute.topology.models import Host
from compute.topology.services import hosts
from compute.topology.services.hosts import HostChanges
from storage.services import templates
from storage.services.templates import TemplateChanges
from tenants.queries.settings import Place
from tenants.services.settings import set_value
from tests.support.factories_compute import deployed, submit_deployment
from tests.support.factories_infra import make_os_type

pytestmark = pytest.mark.django_db


def prefer(host, word):
    Host.objects.filter(pk=host.pk).update(preferred_os=word)


def of_system(cloud, word):
    cloud.template.os_type = word
    cloud.template.save()


def test_a_host_for_another_system_comes_last_and_is_taken_all_the_same(cloud, tenant):
    of_system(cloud, "Debian 12 Linux")
    prefer(cloud.hosts[0], "windows")
    assert deployed(cloud, tenant).host == cloud.hosts[1]
    prefer(cloud.hosts[1], "windows")
    assert deployed(cloud, tenant).host == cloud.hosts[0]


def test_a_host_for_the_system_comes_first(cloud, tenant):
    of_system(cloud, "Windows Server 2022")
    prefer(cloud.hosts[1], "windows")
    assert deployed(cloud, tenant).host == cloud.hosts[1]


def test_a_host_of_the_category_comes_first_whatever_its_owner_calls_the_system(cloud, tenant, root):
    system = make_os_type("Haiku 1")
    templates.update(root, cloud.template, TemplateChanges(os_type="haiku 1, minimal"))
    hosts.update(root, cloud.hosts[0], HostChanges(preferred_os=make_os_type().category.name))
    hosts.update(root, cloud.hosts[1], HostChanges(preferred_os=system.category.name.upper()))
    assert deployed(cloud, tenant).host == cloud.hosts[1]


def test_where_the_zone_is_strict_a_host_takes_its_own_alone(cloud, tenant, root):
    set_value(root, Place.of_zone(cloud.zone.uuid, cloud.zone.name), "placement.os_preference", "strict")
    of_system(cloud, "linux")
    for host in cloud.hosts:
        prefer(host, "windows")
    with pytest.raises(NoRoom, match="operating system of this template"):
        submit_deployment(cloud, tenant)
    prefer(cloud.hosts[1], "")
    assert deployed(cloud, tenant).host == cloud.hosts[1]
