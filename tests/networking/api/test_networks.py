"""Networks and addresses at the REST door."""

from networking import states
from networking.api.networks import ADDRESSES, NETWORKS
from networking.models import Address, Network
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.suites.rest import (
    AnswersWithJob,
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)


class TestNetworks(
    ReadsOwnRows,
    CannotSeeOthers,
    NeedsPermission,
    FiltersByEverything,
    PagesAndOrders,
    RefusesWrongState,
    AnswersWithJob,
):
    resource = NETWORKS
    table = states.NETWORK
    reader = "user"
    writer = "root_admin"
    values = {
        "add-range": {"first_ip": "10.0.0.20", "last_ip": "10.0.0.30"},
        "remove-range": {"first_ip": "10.0.0.4", "last_ip": "10.0.0.4"},
    }
    missing = {
        "name": "none",
        "search": "none",
        "state": "deleting",
        "kind": "isolated",
        "cidr": "10.0.0.0/8",
    }

    def prepare(self):
        self.zone = infra.make_zone()

    def make(self, number=0):
        return Network.objects.create(
            account=factories.account_of(self.personas.user),
            zone=self.zone,
            name=factories.numbered("network"),
            driver="simulator",
            cidr=f"10.{number}.0.0/24",
            gateway=f"10.{number}.0.1",
        )

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "ready",
            "kind": "shared",
            "cidr": row.cidr,
            "zone": row.zone.uuid,
            "account": row.account.uuid,
        }

    def test_a_shared_network_serves_everybody_and_tells_operators_more(self):
        values = {
            "name": "shared",
            "zone": str(self.zone.uuid),
            "driver": "simulator",
            "cidr": "10.9.0.0/29",
            "gateway": "10.9.0.1",
            "dns": ["192.0.2.1"],
            "settings": infra.place_settings(infra.new_place()),
        }
        made = self.client("root_admin").post(self.address, values)
        assert made.status_code == 201, made.content
        assert (made.json()["address_count"], made.json()["taken_count"]) == (5, 0)
        seen = self.client("neighbour").get(f"{self.address}{made.json()['uuid']}/").json()
        assert seen["cidr"] == "10.9.0.0/29"
        assert {"driver", "settings", "address_count"} & set(seen) == set()

    def test_tenants_do_not_change_the_network_that_everybody_uses(self):
        row = infra.make_network(self.zone)
        for persona in ("user", "domain_admin"):
            assert self.client(persona).delete(self.address_of(row)).status_code == 403
            assert self.client(persona).patch(self.address_of(row), {"name": "mine"}).status_code == 403


class TestAddresses(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = ADDRESSES
    missing = {"ip": "192.0.2.9", "state": "free"}

    def prepare(self):
        self.network = infra.make_network()

    def make(self, number=0):
        row = Address.objects.filter(account=None).first()
        row.account = factories.account_of(self.personas.user)
        row.state = states.TAKEN
        row.held_by = self.network.uuid
        row.save()
        return row

    def matching(self, row):
        return {
            "ip": row.ip,
            "state": "taken",
            "network": row.network.uuid,
            "zone": row.network.zone.uuid,
            "account": row.account.uuid,
            "held_by": row.held_by,
        }

    def test_free_addresses_are_for_operators(self):
        self.make()
        assert self.client("user").get(self.address).json()["count"] == 1
        assert self.client("root_admin").get(self.address).json()["count"] == 253
