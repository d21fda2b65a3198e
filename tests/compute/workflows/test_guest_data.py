"""What a guest is told follows from its instance, its template and what operators set."""

import pytest

from cloudportal.core.errors import InvalidInput
from compute.configuration import VENDOR_DATA
from compute.workflows.subjects import guest_data_of
from storage.models import Template
from tenants.queries.settings import Place
from tenants.services import settings
from tests.support.factories_compute import fresh, submit_deployment

pytestmark = pytest.mark.django_db
ZONES = "#cloud-config\nntp: {}\n"


@pytest.fixture
def instance(cloud, tenant):
    return submit_deployment(cloud, tenant)[0]


def test_the_guest_is_told_who_it_is_and_where(cloud, instance):
    told = guest_data_of(instance)
    assert (told.instance_id, told.hostname) == (str(instance.uuid), instance.name)
    assert (told.availability_zone, told.format) == (cloud.zone.name, "nocloud")
    assert (told.user_data, told.vendor_data, told.login) == (None, None, None)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"guest_data_format": "config-drive"}, ("config-drive", "linux")),
        ({"os_type": "Windows 11"}, ("config-drive", "windows")),
        ({"os_type": "Windows 11", "guest_data_format": "nocloud"}, ("nocloud", "windows")),
    ],
)
def test_the_template_says_in_which_words(cloud, instance, values, said):
    Template.objects.filter(pk=cloud.template.pk).update(**values)
    assert guest_data_of(fresh(instance)).format == said[0]


def test_operators_add_vendor_data_by_zone_and_domain(cloud, instance, root):
    zone = Place.of_zone(cloud.zone.uuid, cloud.zone.name)
    settings.set_value(root, zone, VENDOR_DATA.name, ZONES)
    assert guest_data_of(instance).vendor_data == ZONES
    settings.set_value(root, Place.of_domain(instance.account.domain), VENDOR_DATA.name, "#!/bin/sh\nid\n")
    assert guest_data_of(instance).vendor_data == "#!/bin/sh\nid\n"


def test_vendor_data_is_something_that_cloud_init_knows():
    with pytest.raises(InvalidInput):
        VENDOR_DATA.parse("runcmd: [id]")
    assert VENDOR_DATA.parse("Content-Type: multipart/mixed; boundary=x\n")
