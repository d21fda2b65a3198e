"""The page of a network card, and its forms."""

from cloudportal.portal.forms import MOST_OFFERED
from compute.models import Nic, SecondaryAddress
from compute.portal.instances import INSTANCE
from compute.portal.nics import ADD, ADD_ADDRESS, NIC, REMOVE_ADDRESS, SET_GROUPS
from networking.models import SecurityGroup
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


class TestChoosingGroups(WithCard):
    page = SET_GROUPS

    def prepare(self):
        super().prepare()
        type(self.nic.network).objects.update(has_groups=True)
        account = self.nic.instance.account
        SecurityGroup.objects.bulk_create(
            SecurityGroup(account=account, name=f"group {number:02}") for number in range(62)
        )
        self.last = SecurityGroup.objects.get(name="group 61")
        self.nic.groups.add(self.last)

    def values(self):
        return {"security_groups": [str(SecurityGroup.objects.get(name="group 07").uuid)]}

    def check(self, page):
        assert [one.name for one in self.nic.groups.all()] == ["group 07"]

    def test_of_too_many_those_that_are_chosen_are_always_there_and_the_rest_is_said(self):
        page = self.opened()
        offered = {one["value"]: one["checked"] for one in page.all("input", name="security_groups")}
        assert len(offered) == MOST_OFFERED + 1
        assert [value for value, checked in offered.items() if checked is not None] == [str(self.last.uuid)]
        assert "The first 60 are offered here" in page.one("fieldset").text
        assert page.one("fieldset").all("a", href="/security-groups/")

    def test_one_that_is_not_among_the_first_can_be_chosen(self):
        other = SecurityGroup.objects.get(name="group 60")
        assert self.sent(security_groups=[str(other.uuid)]).status == 200
        assert list(self.nic.groups.all()) == [other]


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
