"""The pages of IP addresses, and the forms about which ones a network gives out."""

from uuid import uuid4

from networking.models import Address
from networking.portal.addresses import ADD_RANGE, ADDRESS, ADDRESSES, REMOVE_RANGE, RESERVE
from networking.services import addresses, ranges
from tests.support.factories import account_of
from tests.support.factories_compute import deployed, make_cloud
from tests.support.factories_infra import make_network
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow


class Taken:
    """Nobody chooses how addresses are called, but what is noted about them."""

    def prepare(self):
        self.cloud = make_cloud()

    def make(self, number=0):
        account = account_of(self.personas.user)
        return addresses.take(self.personas.user, self.cloud.network, account, held_by=uuid4())

    def rename(self, row, name):
        Address.objects.filter(pk=row.pk).update(note=name, held_by=None)


class TestAddressList(Taken, ListsRows):
    page = ADDRESSES

    def test_it_names_the_instance_that_has_the_address(self):
        instance = deployed(self.cloud, self.personas.user)
        assert instance.name in self.listed(network=str(self.cloud.network.uuid)).text

    def test_operators_find_the_free_ones_and_what_was_set_aside(self):
        ranges.reserve(self.personas.root_admin, self.cloud.network.addresses.last(), note="the printer")
        assert "the printer" in self.listed("root_admin", state="reserved").text
        assert "the printer" not in self.listed("root_admin", state="free").text


class TestAddressPage(Taken, ShowsRow):
    page = ADDRESS

    def test_an_operator_sets_it_aside_and_gives_it_out_again(self):
        address = ranges.reserve(self.personas.root_admin, self.cloud.network.addresses.last())
        browser = self.browser("root_admin")
        assert "reserved" in browser.get("address", address.uuid).text
        page = browser.agree("address-unreserve", address.uuid)
        assert "is given out again" in page.text


class OfOperators(FillsForm):
    writer = "root_admin"

    def prepare(self):
        self.network = make_network(cidr="10.9.0.0/28", first="10.9.0.2", last="10.9.0.4")

    def parts(self):
        return (self.network.uuid,)

    def given(self):
        return [str(one) for one in self.network.addresses.all()]


class TestReserving(OfOperators):
    page = RESERVE

    def parts(self):
        return (self.network.addresses.first().uuid,)

    def values(self):
        return {"note": "the printer"}

    def check(self, page):
        assert "the printer" in page.text
        assert self.network.addresses.get(state="reserved").note == "the printer"


class TestAddingAddresses(OfOperators):
    page = ADD_RANGE

    def values(self):
        return {"first_ip": "10.9.0.4", "last_ip": "10.9.0.6"}

    def check(self, page):
        assert self.given()[-2:] == ["10.9.0.5", "10.9.0.6"]
        assert "10.9.0.6" in page.text

    def test_what_lies_outside_is_refused_beside_its_field(self):
        page = self.sent(first_ip="10.8.0.1", last_ip="10.9.0.6")
        assert "is not in 10.9.0.0/28" in page.one(id="id_first_ip_error").text


class TestRemovingAddresses(OfOperators):
    page = REMOVE_RANGE

    def values(self):
        return {"first_ip": "10.9.0.3", "last_ip": "10.9.0.4"}

    def check(self, page):
        assert self.given() == ["10.9.0.2"]
