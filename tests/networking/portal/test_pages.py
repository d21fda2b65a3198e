"""The pages of networks."""

from uuid import uuid4

from networking.models import Network
from networking.portal.networks import FORMS, NETWORK, NETWORKS
from tests.support.factories import account_of, numbered
from tests.support.factories_compute import deployed, make_cloud
from tests.support.factories_infra import make_network, make_zone, place_settings
from tests.support.jobs import run_jobs
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow

ADD, EDIT = FORMS


class Networks:
    strangers = ()
    writer = "root_admin"

    def make(self, number=0):
        return make_network(cidr=f"10.9.{number}.0/29", name=numbered("net"))


class TestNetworkList(Networks, ListsRows):
    page = NETWORKS

    def test_it_draws_how_many_addresses_are_taken(self):
        cloud = make_cloud(addresses=4)
        deployed(cloud, self.personas.user)
        assert "1 of 4" in self.listed(q=cloud.network.name).text


class TestNetworkPage(Networks, ShowsRow):
    page = NETWORK

    def test_tenants_see_who_of_theirs_has_which_address_and_nobody_elses(self):
        cloud = make_cloud()
        mine = deployed(cloud, self.personas.user)
        others = deployed(cloud, self.personas.neighbour)
        page = self.shown(cloud.network)
        assert mine.name in page.text
        assert mine.nics.get().address.ip in page.text
        assert others.name not in page.source
        assert others.nics.get().address.ip not in page.source

    def test_hosts_are_for_operators(self):
        cloud = make_cloud()
        deployed(cloud, self.personas.user)
        assert cloud.host.name in self.shown(cloud.network, "root_admin").text
        assert cloud.host.name not in self.shown(cloud.network).source


class TestAddingNetworks(Networks, FillsForm):
    page = ADD

    def prepare(self):
        self.zone = make_zone()

    def values(self):
        settings = place_settings(f"net-{uuid4()}")
        return {
            "driver": "simulator",
            "zone_uuid": str(self.zone.uuid),
            "name": "net-a",
            "cidr": "10.40.0.0/28",
            "gateway": "10.40.0.1",
            "first_ip": "10.40.0.4",
            "last_ip": "",
            "dns": "9.9.9.9",
            "domain_name": "",
            "mtu": "1500",
            **{f"settings.{name}": value for name, value in settings.items()},
        }

    def opened(self, persona=None, **query):
        return super().opened(persona, **{"driver": "simulator", **query})

    def check(self, page):
        network = Network.objects.get(name="net-a")
        assert (page.title, network.addresses.count()) == ("net-a", 11)

    def test_it_may_be_for_one_account_only(self):
        account = account_of(self.personas.user)
        assert account.name in self.opened().one("select", name="owner").text
        self.sent(**self.values(), owner=f"account {account.uuid}")
        assert Network.objects.get(name="net-a").account == account

    def test_a_subnet_that_is_none_is_refused_beside_its_field(self):
        page = self.sent(**{**self.values(), "cidr": "10.40.0.0/99"})
        assert page.status == 400
        assert page.all(id="id_cidr_error")


class TestEditingNetworks(Networks, FillsForm):
    page = EDIT

    def prepare(self):
        self.network = make_network()

    def parts(self):
        return (self.network.uuid,)

    def values(self):
        return {"name": "net-b", "dns": "", "domain_name": "lab.example", "mtu": "1400"}

    def check(self, page):
        run_jobs()
        assert page.title == "net-b"
