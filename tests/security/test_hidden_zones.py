"""A zone that is closed, or kept for somebody else, is named to nobody else: not by what is in it either."""

import pytest

from cloudportal.api.routes import all_routes
from compute.models import ServiceOffering
from networking import queries as networks
from storage.models import DiskOffering
from tests.architecture.permissions.things import World
from tests.security.doors import admin_doors, browser_of, portal_doors
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.clients import API
from tests.support.factories import account_of, make_caller, make_personas
from tests.support.factories_compute import deployed, make_cloud, make_dedication, make_offering

pytestmark = pytest.mark.django_db

WORD = "hush-hush"
LISTS = [API + one.path for one in all_routes() if one.method == "GET" and "{" not in one.path]


@pytest.fixture
def who():
    return make_personas()


def close(zone):
    zone.state = "disabled"
    zone.save()


def keep_for_a_domain(zone):
    make_dedication(factories.make_domain(), zone=zone)


def keep_for_an_account(zone):
    make_dedication(factories.make_account(), zone=zone)


@pytest.fixture(params=[close, keep_for_a_domain, keep_for_an_account])
def hidden(request, who):
    """A zone that nobody but root admins may see, with all that operators put there for everybody."""
    zone, seen = infra.make_zone(name=f"zone-{WORD}"), infra.make_zone(name="seen")
    infra.make_network(zone, name=f"network-{WORD}")
    infra.make_network(zone, name=f"domain-network-{WORD}", cidr="10.9.0.0/28", domain=who.domain)
    infra.make_host(infra.make_cluster(infra.make_pod(zone)))
    infra.make_pool(zone)
    for bound in (make_offering(is_zone_bound=True), infra.make_disk_offering(is_zone_bound=True)):
        bound.zones.set([zone, seen])
    request.param(zone)
    return zone


def told(browser, path):
    answer = browser.get(path)
    return answer.content.decode() if answer.status_code == 200 else ""


@pytest.mark.parametrize("persona", ["user", "domain_admin"])
def test_no_list_names_a_zone_that_the_list_of_zones_does_not_show(who, hidden, persona):
    browser = browser_of(getattr(who, persona))
    assert len(LISTS) > 40
    answers = {path: told(browser, path) for path in LISTS}
    assert answers[f"{API}zones/"]
    assert {path for path, text in answers.items() if WORD in text or str(hidden.uuid) in text} == set()


def test_root_admins_see_all_of_it(who, hidden):
    browser = browser_of(who.root_admin)
    for path in ("zones", "networks", "service-offerings", "disk-offerings"):
        assert WORD in told(browser, f"{API}{path}/"), path


@pytest.mark.parametrize("hidden", [keep_for_a_domain], indirect=True)
@pytest.mark.parametrize("persona", ["user", "domain_admin"])
def test_no_page_without_a_thing_names_it(who, hidden, persona):
    browser = browser_of(getattr(who, persona))
    pages = [door.path for door in portal_doors(World()) if not door.noun] + [
        door.path for door in admin_doors()
    ]
    assert {path for path in pages if WORD in told(browser, path)} == set()


@pytest.mark.parametrize("persona", ["user", "domain_admin"])
def test_a_network_and_a_size_by_their_uuid_tell_nothing_of_it_either(who, hidden, persona):
    browser = browser_of(getattr(who, persona))
    for row in hidden.networks.all():
        assert browser.get(f"{API}networks/{row.uuid}/").status_code == 404
    bound = {"service-offerings": ServiceOffering.objects.get(), "disk-offerings": DiskOffering.objects.get()}
    for noun, row in bound.items():
        answer = browser.get(f"{API}{noun}/{row.uuid}/")
        assert (answer.status_code, [one["name"] for one in answer.json()["zones"]]) == (200, ["seen"])


@pytest.mark.parametrize("hide", [close, keep_for_a_domain, keep_for_an_account])
def test_those_who_are_in_a_network_go_on_seeing_it(hide):
    cloud, tenant = make_cloud(), make_caller()
    deployed(cloud, tenant)
    hide(cloud.zone)
    assert networks.network_for(tenant, cloud.network.uuid) == cloud.network
    assert list(networks.networks_for(make_caller())) == []


def test_those_for_whom_a_zone_is_kept_see_what_is_shared_there(who):
    zone = infra.make_zone()
    network = infra.make_network(zone)
    make_dedication(account_of(who.user), zone=zone)
    assert list(networks.networks_for(who.user)) == [network]
    assert list(networks.networks_for(who.neighbour)) == []
