from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from cloudportal.core import clock
from cloudportal.core.errors import Conflict, InvalidInput, LimitReached, NoRoom
from cloudportal.events.models import Event, MeterMark
from networking import network_work, queries
from networking.models import Address, Network
from networking.services import addresses
from tenants.models import Account, Counter
from tenants.resources import Resource
from tenants.services import limits_recount
from tests.support.factories import account_of, caller_for, make_account, make_personas
from tests.support.factories_infra import make_network, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def user(people):
    return people.user


@pytest.fixture
def account(user):
    return account_of(user)


@pytest.fixture
def network(people):
    return make_network(cidr="10.5.0.0/29")


def used(account):
    return Counter.objects.get(level="account", owner_id=account.pk, resource="addresses").used


def marks():
    return list(MeterMark.objects.values_list("meter", "starts"))


def test_the_lowest_address_is_taken_counted_metered_and_told(user, account, network):
    holder = uuid4()
    address = addresses.take(user, network, account, held_by=holder)
    address.refresh_from_db()
    assert (address.ip, address.state, address.account, address.held_by) == (
        "10.5.0.2",
        "taken",
        account,
        holder,
    )
    assert used(account) == 1
    assert marks() == [("address", True)]
    assert Event.objects.get(type="NET.IPASSIGN").subject_name == "10.5.0.2"


def test_the_same_holder_has_the_same_address(user, account, network):
    holder = uuid4()
    first = addresses.take(user, network, account, held_by=holder)
    second = addresses.take(user, network, account, held_by=holder)
    assert first == second
    assert used(account) == 1


def test_a_wanted_address_is_taken(user, account, network):
    address = addresses.take(user, network, account, held_by=uuid4(), wanted_ip="10.5.0.5")
    assert address.ip == "10.5.0.5"


@pytest.mark.parametrize("ip", ["10.5.0.1", "10.5.0.0", "10.5.0.7", "10.6.0.2", "x"])
def test_an_address_that_is_not_given_out_cannot_be_wanted(user, account, network, ip):
    with pytest.raises(InvalidInput):
        addresses.take(user, network, account, held_by=uuid4(), wanted_ip=ip)
    assert used(account) == 0


def test_a_wanted_address_that_is_somebodys_is_refused(user, account, network):
    addresses.take(user, network, account, held_by=uuid4(), wanted_ip="10.5.0.5")
    with pytest.raises(Conflict):
        addresses.take(user, network, account, held_by=uuid4(), wanted_ip="10.5.0.5")
    assert used(account) == 1


def test_a_full_network_says_so_and_counts_nothing(user, account, network):
    for _ in range(5):
        addresses.take(user, network, account, held_by=uuid4())
    with pytest.raises(NoRoom):
        addresses.take(user, network, account, held_by=uuid4())
    assert used(account) == 5


def test_a_limit_binds_before_an_address_is_taken(network):
    account = make_account(maxima={Resource.ADDRESSES: 1})
    caller = caller_for(account)
    addresses.take(caller, network, account, held_by=uuid4())
    with pytest.raises(LimitReached):
        addresses.take(caller, network, account, held_by=uuid4())
    assert network.addresses.filter(state="taken").count() == 1


def test_a_released_address_is_free_uncounted_and_unmetered(user, account, network):
    holder = uuid4()
    address = addresses.take(user, network, account, held_by=holder)
    addresses.release(user, address, held_by=holder)
    addresses.release(user, address, held_by=holder)
    address.refresh_from_db()
    assert (address.state, address.account, address.held_by) == ("free", None, None)
    assert used(account) == 0
    assert marks() == [("address", True), ("address", False)]
    assert Event.objects.filter(type="NET.IPRELEASE").count() == 1


def test_a_late_release_does_not_take_the_address_from_its_new_holder(user, account, network):
    old, new = uuid4(), uuid4()
    address = addresses.take(user, network, account, held_by=old)
    addresses.release(user, address, held_by=old)
    again = addresses.take(user, network, account, held_by=new, wanted_ip=address.ip)
    addresses.release(user, address, held_by=old)
    again.refresh_from_db()
    assert (again.state, again.held_by) == ("taken", new)


def test_the_address_released_longest_ago_comes_last_but_before_nothing(user, account, network):
    taken = [addresses.take(user, network, account, held_by=uuid4()) for _ in range(5)]
    for position, address in enumerate([taken[2], taken[0], taken[4]]):
        addresses.release(user, address, held_by=address.held_by)
        moment = clock.now() - timedelta(hours=3 - position)
        Address.objects.filter(pk=address.pk).update(released_at=moment)
    again = [addresses.take(user, network, account, held_by=uuid4()).ip for _ in range(3)]
    assert again == [taken[2].ip, taken[0].ip, taken[4].ip]


def test_never_used_addresses_are_preferred(user, account, network):
    holder = uuid4()
    first = addresses.take(user, network, account, held_by=holder)
    addresses.release(user, first, held_by=holder)
    assert addresses.take(user, network, account, held_by=uuid4()).ip == "10.5.0.3"


def test_an_address_rests_while_its_old_owner_may_still_hold_the_lease(user, account, network):
    Network.objects.filter(pk=network.pk).update(lease_seconds=600)
    network.refresh_from_db()
    for address in network.addresses.all():
        Address.objects.filter(pk=address.pk).update(released_at=clock.now() - timedelta(seconds=599))
    with pytest.raises(NoRoom):
        addresses.take(user, network, account, held_by=uuid4())
    with pytest.raises(Conflict):
        addresses.take(user, network, account, held_by=uuid4(), wanted_ip="10.5.0.4")
    rested = clock.now() - timedelta(seconds=601)
    Address.objects.filter(network=network, ip="10.5.0.6").update(released_at=rested)
    assert addresses.take(user, network, account, held_by=uuid4()).ip == "10.5.0.6"


def test_a_workflow_releases_in_the_name_of_whoever_asked(user, account, network):
    holder = uuid4()
    address = addresses.take(user, network, account, held_by=holder)
    run = make_run(network)
    network_work.record_address_released(run, address, held_by=holder)
    network_work.record_address_released(run, address, held_by=holder)
    event = Event.objects.get(type="NET.IPRELEASE")
    assert (event.job_uuid, event.account_uuid) == (run.job.uuid, account.uuid)


def test_a_stranger_sees_no_address(people, account, network):
    address = addresses.take(people.user, network, account, held_by=uuid4())
    assert list(queries.addresses_for(people.user)) == [address]
    assert list(queries.addresses_for(people.domain_admin)) == [address]
    assert list(queries.addresses_for(people.neighbour)) == []
    assert list(queries.addresses_for(people.other_domain_admin)) == []
    assert queries.addresses_for(people.root_admin).count() == 5


def test_the_recount_agrees(user, account, network):
    kept = addresses.take(user, network, account, held_by=uuid4())
    gone = addresses.take(user, network, account, held_by=uuid4())
    addresses.release(user, gone, held_by=gone.held_by)
    assert kept.state == "taken"
    assert limits_recount.find_drift([Resource.ADDRESSES, Resource.NETWORKS]) == []


@pytest.mark.django_db(transaction=True)
def test_many_takers_at_once_never_get_the_same_address():
    account = make_account(maxima={})
    caller = caller_for(account)
    network = make_network(cidr="10.7.0.0/26", first="10.7.0.10", last="10.7.0.49")

    def one(_):
        try:
            fresh = Network.objects.select_related("zone").get(pk=network.pk)
            mine = Account.objects.select_related("domain").get(pk=account.pk)
            return addresses.take(caller, fresh, mine, held_by=uuid4()).ip
        except NoRoom:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as threads:
        given = [ip for ip in threads.map(one, range(64)) if ip]
    assert len(given) == len(set(given)) == 40
    assert Address.objects.filter(network=network, state="taken").count() == 40
    assert used(account) == 40


@pytest.mark.django_db(transaction=True)
def test_taking_and_releasing_at_once_keeps_every_count():
    network = make_network(cidr="10.8.0.0/27")
    everybody = [make_account() for _ in range(4)]
    callers = [caller_for(account) for account in everybody]

    def one(number):
        caller, holder = callers[number % 4], uuid4()
        try:
            fresh = Network.objects.select_related("zone").get(pk=network.pk)
            mine = Account.objects.select_related("domain").get(pk=everybody[number % 4].pk)
            address = addresses.take(caller, fresh, mine, held_by=holder)
            addresses.release(caller, address, held_by=holder)
            return addresses.take(caller, fresh, mine, held_by=holder).ip
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        given = list(threads.map(one, range(16)))
    assert len(set(given)) == 16
    assert [used(account) for account in everybody] == [4, 4, 4, 4]
    assert limits_recount.find_drift([Resource.ADDRESSES]) == []
