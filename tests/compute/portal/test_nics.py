"""The page of a network card, and its forms."""

from compute.models import Nic, SecondaryAddress
from compute.portal.instances import INSTANCE
from compute.portal.nics import ADD, ADD_ADDRESS, NIC, REMOVE_ADDRESS
from tests.support.factories_compute import deployed, make_cloud
from tests.support.jobs import run_job, run_jobs
from tests.support.scenarios_nics import second_network, wired
from tests.support.suites.pages import FillsForm, ShowsRow


class TestNicPage(ShowsRow):
    page = NIC

    def prepare(self):
        self.cloud = make_cloud()
        self.instance, self.nic = wired(self.cloud, self.personas.user)

    def make(self, number=0):
        return self.nic

    def rename(self, row, name):
        """A card has no name of its own; its instance's is shown."""
        row.instance.display_name = name
        self.instance.name = name
        self.instance.save(update_fields=["name"])

    def test_what_is_default_cannot_go(self):
        first = self.instance.nics.get(is_default=True)
        page = self.shown(first)
        assert page.button("Remove NIC") is None
        assert self.shown(self.nic).button("Remove NIC") is not None

    def test_the_instances_page_leads_to_its_cards(self):
        page = self.browser("user").get(INSTANCE.route, self.instance.uuid)
        assert NIC.address(self.nic) in page.links
        assert any(link.startswith("/nics/add/?instance=") for link in page.links)


class TestAddingNics(FillsForm):
    page = ADD

    def prepare(self):
        self.cloud = make_cloud()
        self.instance = deployed(self.cloud, self.personas.user)
        self.network = second_network(self.cloud)

    def opened(self, persona=None, **query):
        return super().opened(persona, instance=str(self.instance.uuid), **query)

    def values(self):
        return {"instance": str(self.instance.uuid), "network": str(self.network.uuid), "ip": "10.8.0.7"}

    def check(self, page):
        run_jobs()
        assert Nic.objects.get(network=self.network).address.ip == "10.8.0.7"

    def test_a_mac_is_asked_of_root_admins_only(self):
        assert not self.opened().all(id="id_mac")
        assert self.opened("root_admin").all(id="id_mac")


class WithCard(FillsForm):
    def prepare(self):
        self.nic = deployed(make_cloud(), self.personas.user).nics.get()

    def parts(self):
        return (self.nic.uuid,)


class TestAddingAddresses(WithCard):
    page = ADD_ADDRESS

    def values(self):
        return {"ip": "10.7.0.9"}

    def check(self, page):
        run_jobs()
        assert [str(one) for one in SecondaryAddress.objects.all()] == ["10.7.0.9"]
        assert page.title == self.nic.mac


class TestRemovingAddresses(WithCard):
    page = REMOVE_ADDRESS

    def prepare(self):
        from compute.services import nics

        super().prepare()
        self.row, job = nics.add_address(self.personas.user, self.nic)
        assert run_job(job).state == "done"

    def values(self):
        return {"address": str(self.row.uuid)}

    def check(self, page):
        run_jobs()
        assert not SecondaryAddress.objects.exists()
