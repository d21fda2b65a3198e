"""More of a subnet is given out, single addresses are set aside, and networks are for whom they were laid."""

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from networking import queries, states
from networking.services import addresses, networks, ranges
from networking.services.networks import SharedNetworkValues
from networking.services.ranges import AddressSpan
from tests.support.factories import account_of, make_domain, make_personas
from tests.support.factories_infra import make_network, make_zone, new_place, place_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def network():
    return make_network(cidr="10.9.0.0/28", first="10.9.0.2", last="10.9.0.4")


def test_a_network_gives_more_of_its_subnet_out(people, network):
    ranges.add_range(people.root_admin, network, AddressSpan(first_ip="10.9.0.4", last_ip="10.9.0.6"))
    given = list(network.addresses.values_list("ip", flat=True))
    assert given == [f"10.9.0.{last}" for last in (2, 3, 4, 5, 6)]
    with pytest.raises(Conflict):
        ranges.add_range(people.root_admin, network, AddressSpan(first_ip="10.9.0.5", last_ip="10.9.0.6"))


def test_a_network_gives_less_of_its_subnet_out_but_nothing_that_is_in_use(people, network):
    free = AddressSpan(first_ip="10.9.0.3", last_ip="10.9.0.4")
    ranges.reserve(people.root_admin, network.addresses.get(ip="10.9.0.4"))
    ranges.remove_range(people.root_admin, network, free)
    assert [str(one) for one in network.addresses.all()] == ["10.9.0.2"]
    with pytest.raises(Conflict):
        ranges.remove_range(people.root_admin, network, free)
    holder = make_zone().uuid
    taken = addresses.take(people.user, network, account_of(people.user), held_by=holder)
    used = AddressSpan(first_ip="10.9.0.2", last_ip="10.9.0.2")
    with pytest.raises(Conflict, match="are in use"):
        ranges.remove_range(people.root_admin, network, used)
    type(network).objects.filter(pk=network.pk).update(lease_seconds=60)
    addresses.release(people.user, taken, held_by=holder)
    network.refresh_from_db()
    with pytest.raises(Conflict, match="until a moment ago"):
        ranges.remove_range(people.root_admin, network, used)


@pytest.mark.parametrize(("first", "last"), [("10.8.0.1", "10.9.0.6"), ("10.9.0.9", "10.9.0.8"), ("x", "y")])
def test_only_its_own_subnet_can_be_given_out(people, network, first, last):
    with pytest.raises(InvalidInput):
        ranges.add_range(people.root_admin, network, AddressSpan(first_ip=first, last_ip=last))


def test_a_reserved_address_is_given_to_nobody(people, network):
    address = ranges.reserve(people.root_admin, network.addresses.first(), note="the printer")
    assert network.addresses.get(state=states.RESERVED).note == "the printer"
    taken = [
        addresses.take(people.user, network, account_of(people.user), held_by=make_zone().uuid).ip
        for _ in range(2)
    ]
    assert address.ip not in taken
    with pytest.raises(Conflict):
        addresses.take(
            people.user, network, account_of(people.user), held_by=network.uuid, wanted_ip=address.ip
        )
    with pytest.raises(WrongState):
        ranges.reserve(people.root_admin, network.addresses.get(ip=taken[0]))
    given = ranges.unreserve(people.root_admin, address)
    assert (given.state, given.note) == (states.FREE, "")


def test_a_note_is_plain_words(people, network):
    with pytest.raises(InvalidInput):
        ranges.reserve(people.root_admin, network.addresses.first(), note="<b>printer</b>\n")


def test_tenants_set_nothing_aside(people, network):
    for change in (ranges.reserve, ranges.unreserve):
        with pytest.raises(NotPermitted):
            change(people.domain_admin, network.addresses.first())


def laid_for(caller, **values):
    known = {
        "zone_uuid": make_zone().uuid,
        "name": "shared",
        "driver": "simulator",
        "cidr": "10.9.0.0/28",
        "gateway": "10.9.0.1",
        "settings": place_settings(new_place()),
    }
    return networks.create_shared(caller, SharedNetworkValues(**known, **values))


def sees(caller, network):
    try:
        return queries.network_for(caller, network.uuid) == network
    except NotFound:
        return False


def test_a_network_for_a_domain_is_seen_there_and_below_and_nowhere_else(people):
    network = laid_for(people.root_admin, domain_uuid=people.domain.uuid)
    seen = {name for name in vars(people) if name.endswith(("admin", "user", "neighbour"))}
    seen = {name for name in seen if sees(getattr(people, name), network)}
    assert seen == {"user", "neighbour", "domain_admin", "root_admin", "read_only_admin"}


def test_a_network_for_a_domain_below_is_hidden_from_users_above(people):
    network = laid_for(people.root_admin, domain_uuid=make_domain(people.domain).uuid)
    assert not sees(people.user, network)
    assert sees(people.domain_admin, network)
    assert not sees(people.other_domain_admin, network)


def test_a_network_for_an_account_is_its_alone(people):
    network = laid_for(people.root_admin, account_uuid=account_of(people.user).uuid)
    assert sees(people.user, network)
    assert not sees(people.neighbour, network)
    assert not sees(people.other_domain_admin, network)


def test_a_network_is_for_a_domain_or_an_account(people):
    with pytest.raises(InvalidInput):
        laid_for(people.root_admin, domain_uuid=people.domain.uuid, account_uuid=account_of(people.user).uuid)
