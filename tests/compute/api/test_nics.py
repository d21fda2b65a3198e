"""Network cards and their addresses at the REST door."""

from compute.api.nics import NICS, SECONDARY_ADDRESSES
from compute.models import Nic, SecondaryAddress
from networking.macs import random_mac
from tests.support.factories import account_of
from tests.support.factories_compute import deployed, make_cloud
from tests.support.factories_infra import make_network
from tests.support.jobs import run_jobs
from tests.support.scenarios_nics import second_network
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)


class TestNics(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = NICS
    missing = {"mac": "02:00:00:00:00:00", "ip": "192.0.2.1", "is_default": "true", "is_linked": "false"}

    def prepare(self):
        self.cloud = make_cloud()
        self.instance = deployed(self.cloud, self.personas.user)
        Nic.objects.all().update(is_linked=True)

    def make(self, number=0):
        network = make_network(self.cloud.zone, cidr=f"10.{40 + number}.0.0/29")
        address = network.addresses.first()
        address.account, address.state = account_of(self.personas.user), "taken"
        address.save()
        return Nic.objects.create(
            instance=self.instance,
            network=network,
            mac=random_mac(),
            device_index=number + 1,
            address=address,
        )

    def matching(self, row):
        return {
            "instance": row.instance.uuid,
            "network": row.network.uuid,
            "mac": row.mac,
            "ip": row.address.ip,
            "is_default": "false",
            "is_linked": "true",
        }

    def test_a_card_comes_and_goes(self):
        network = second_network(self.cloud)
        values = {"instance": str(self.instance.uuid), "network": str(network.uuid), "ip": "10.8.0.5"}
        made = self.client("user").post(self.address, values)
        assert made.status_code == 202, made.content
        assert (made.json()["nic"]["ip"], made.json()["nic"]["is_default"]) == ("10.8.0.5", False)
        run_jobs()
        address = f"{self.address}{made.json()['nic']['uuid']}/"
        assert self.client("user").send("DELETE", address).status_code == 202
        run_jobs()
        assert self.client("user").get(address).status_code == 404

    def test_an_instance_tells_of_its_cards(self):
        seen = self.client("user").get(f"instances/{self.instance.uuid}/").json()["nics"]
        assert [(one["is_default"], one["is_linked"], one["secondary_addresses"]) for one in seen] == [
            (True, True, [])
        ]


class TestSecondaryAddresses(
    ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders
):
    resource = SECONDARY_ADDRESSES
    missing = {"ip": "192.0.2.1"}

    def prepare(self):
        self.cloud = make_cloud(addresses=200)
        self.nic = deployed(self.cloud, self.personas.user).nics.get()

    def parents(self):
        return (self.nic.uuid,)

    def make(self, number=0):
        address = self.cloud.network.addresses.filter(state="free").last()
        address.account, address.state = account_of(self.personas.user), "taken"
        address.save()
        return SecondaryAddress.objects.create(nic=self.nic, address=address)

    def matching(self, row):
        return {"ip": row.address.ip}

    def test_an_address_comes_and_goes(self):
        made = self.client("user").post(self.address, {"ip": "10.7.0.9"})
        assert made.status_code == 202, made.content
        run_jobs()
        assert self.client("user").get(self.address).json()["results"][0]["ip"] == "10.7.0.9"
        address = f"{self.address}{made.json()['secondary_address']['uuid']}/"
        assert self.client("user").send("DELETE", address).status_code == 202
        run_jobs()
        assert self.client("user").get(self.address).json()["count"] == 0
