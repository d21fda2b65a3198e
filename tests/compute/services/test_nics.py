"""Network cards of instances: who may change them, with which addresses, and what comes of it on the host."""

from dataclasses import replace

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import (
    Busy,
    Conflict,
    InvalidInput,
    LimitReached,
    NotFound,
    NotPermitted,
    WrongState,
)
from cloudportal.core.permissions import Rule
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events import meters
from cloudportal.events.models import Event
from compute.models import Instance, Nic
from compute.services import instances, nics
from compute.services.nics import NewNic
from compute.workflows.subjects import guest_data_of
from tenants.models import Counter
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import account_of, make_personas, used_by
from tests.support.factories_compute import deployed, fresh, guests_of, make_cloud, stopped, submit_deployment
from tests.support.factories_infra import make_network, make_zone
from tests.support.jobs import run_job
from tests.support.scenarios_nics import reserved, second_network, the, wired

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def tenant(people):
    return people.user


@pytest.fixture
def cloud():
    return make_cloud()


def done(job):
    assert run_job(job).state == "done", job.message
    return job


def guest_of(cloud, instance):
    return guests_of(cloud)[instance.uuid][1]


def test_a_running_instance_gets_a_card_with_the_chosen_address(cloud, tenant):
    instance, network = deployed(cloud, tenant), second_network(cloud)
    nic, job = nics.add(tenant, instance, NewNic(network=network.uuid, ip="10.8.0.9"))
    done(job)
    nic = the(nic)
    assert (nic.device_index, nic.address.ip, nic.is_default) == (1, "10.8.0.9", False)
    assert [one.mac for one in guest_of(cloud, instance).nics] == [instance.nics.first().mac, nic.mac]
    assert reserved(network, cloud.host) == {"10.8.0.9"}
    assert used_by(account_of(tenant), "addresses") == 2
    assert meters.is_running(meters.ADDRESS, nic.address.uuid)
    assert set(Event.objects.filter(type="NIC.CREATE").values_list("stage", flat=True)) == {
        "started",
        "completed",
    }
    world_equals_rows(cloud)


def test_a_stopped_instance_has_the_card_at_its_next_start(cloud, tenant):
    instance = stopped(cloud, tenant)
    nic, job = nics.add(tenant, instance, NewNic(network=second_network(cloud).uuid))
    done(job)
    assert instance.uuid not in guests_of(cloud)
    done(instances.start(tenant, fresh(instance)))
    assert the(nic).mac in {one.mac for one in guest_of(cloud, instance).nics}


def test_a_card_is_taken_out_and_its_addresses_are_free(cloud, tenant):
    instance, nic = wired(cloud, tenant)
    _, job = nics.add_address(tenant, nic)
    done(job)
    done(nics.remove(tenant, the(nic)))
    assert not Nic.objects.filter(pk=nic.pk).exists()
    assert len(guest_of(cloud, instance).nics) == 1
    assert reserved(nic.network, cloud.host) == set()
    assert used_by(account_of(tenant), "addresses") == 1
    assert not nic.network.addresses.filter(state="taken").exists()


def test_a_guest_that_does_not_let_go_keeps_the_card_and_its_address(cloud, tenant):
    instance, nic = wired(cloud, tenant)
    cloud.world.inject(Fault(operation="ensure_nics", kind=FaultKind.FAIL, error="refused", count=1))
    job = run_job(nics.remove(tenant, nic))
    assert job.state == "failed"
    assert the(nic).address.state == "taken"
    assert len(guest_of(cloud, instance).nics) == 2
    world_equals_rows(cloud)


def test_the_default_card_stays_until_another_is(cloud, tenant):
    instance, nic = wired(cloud, tenant)
    first = the(instance.nics.get(is_default=True))
    with pytest.raises(Conflict):
        nics.remove(tenant, first)
    done(nics.make_default(tenant, nic))
    assert the(nic).is_default
    done(nics.remove(tenant, the(first)))
    assert [one.mac for one in guest_of(cloud, instance).nics] == [nic.mac]


def test_a_default_that_was_not_made_so_is_as_before(cloud, tenant):
    instance, nic = wired(cloud, tenant)
    cloud.world.inject(Fault(operation="ensure_nics", kind=FaultKind.FAIL, error="refused", count=1))
    assert run_job(nics.make_default(tenant, nic)).state == "failed"
    assert list(instance.nics.values_list("device_index", "is_default")) == [(0, True), (1, False)]


def test_what_is_so_already_is_not_done_again(cloud, tenant):
    _, nic = wired(cloud, tenant)
    first = the(nic.instance.nics.get(is_default=True))
    for change in (nics.make_default, nics.connect):
        with pytest.raises(WrongState):
            change(tenant, first)


def test_a_cable_is_pulled_and_plugged_in_again(cloud, tenant):
    instance, nic = wired(cloud, tenant)
    done(nics.disconnect(tenant, nic))
    assert [one.is_linked for one in guest_of(cloud, instance).nics] == [True, False]
    done(nics.connect(tenant, the(nic)))
    assert [one.is_linked for one in guest_of(cloud, instance).nics] == [True, True]


def test_the_guest_is_told_how_to_set_up_several_cards(cloud, tenant):
    instance, nic = wired(cloud, tenant)
    _, job = nics.add_address(tenant, nic, ip="10.8.0.11")
    done(job)
    first, second = guest_data_of(instance).nics
    assert (first.asks_dhcp, first.addresses) == (True, ())
    assert [(one.ip, one.prefix_length, one.gateway) for one in second.addresses] == [
        (nic.address.ip, 28, None),
        ("10.8.0.11", 28, None),
    ]
    assert guest_of(cloud, instance).guest_data_digest == guest_data_of(instance).digest()


def test_one_card_alone_is_left_to_dhcp(cloud, tenant):
    assert guest_data_of(deployed(cloud, tenant)).nics == ()


def test_an_instance_is_deployed_with_the_chosen_address(cloud, tenant):
    instance = deployed(cloud, tenant, addresses={str(cloud.network.uuid): "10.7.0.12"})
    assert instance.nics.get().address.ip == "10.7.0.12"
    assert reserved(cloud.network, cloud.host) == {"10.7.0.12"}


@pytest.mark.parametrize(
    "ip", ["10.7.0.1", "10.7.0.0", "10.7.0.255", "10.7.0.200", "10.9.0.5", "::1", "<b>", "10.7.0.12;x"]
)
def test_an_address_that_the_network_does_not_give_out_is_refused(cloud, tenant, ip):
    with pytest.raises(InvalidInput):
        submit_deployment(cloud, tenant, addresses={str(cloud.network.uuid): ip})
    assert not cloud.network.addresses.filter(state="taken").exists()


def test_an_address_is_chosen_only_in_a_network_that_is_named(cloud, tenant):
    with pytest.raises(InvalidInput):
        submit_deployment(cloud, tenant, addresses={str(second_network(cloud).uuid): "10.8.0.9"})


def test_an_address_that_somebody_has_is_refused(cloud, people):
    taken = deployed(cloud, people.neighbour).nics.get().address.ip
    with pytest.raises(Conflict):
        submit_deployment(cloud, people.user, addresses={str(cloud.network.uuid): taken})
    nic = deployed(cloud, people.user).nics.get()
    with pytest.raises(Conflict):
        nics.add_address(people.user, nic, ip=taken)


def test_only_who_may_choose_an_address_does(cloud, tenant):
    humble = replace(tenant, rule_sets=((Rule("address.choose", False), Rule("*", True)),))
    with pytest.raises(NotPermitted):
        submit_deployment(cloud, humble, addresses={str(cloud.network.uuid): "10.7.0.9"})
    instance = deployed(cloud, humble)
    with pytest.raises(NotPermitted):
        nics.add(humble, instance, NewNic(network=second_network(cloud).uuid, ip="10.8.0.9"))
    with pytest.raises(NotPermitted):
        nics.add_address(humble, instance.nics.get(), ip="10.7.0.9")


def test_only_root_admins_choose_a_mac(cloud, people):
    instance, network = deployed(cloud, people.user), second_network(cloud)
    wanted = NewNic(network=network.uuid, mac="02:00:5E:10:00:01")
    with pytest.raises(NotPermitted):
        nics.add(people.user, instance, wanted)
    nic, _ = nics.add(people.root_admin, instance, wanted)
    assert nic.mac == "02:00:5e:10:00:01"


@pytest.mark.parametrize(
    "mac", ["01:00:5e:00:00:01", "02:00", "00:00:00:00:00:00", "zz:00:00:00:00:01", "fe:00:00:00:00:01"]
)
def test_a_mac_that_is_none_of_one_card_is_refused(cloud, people, mac):
    instance, network = deployed(cloud, people.user), second_network(cloud)
    with pytest.raises(InvalidInput):
        nics.add(people.root_admin, instance, NewNic(network=network.uuid, mac=mac))


def test_a_mac_is_one_cards_only(cloud, people):
    instance, network = deployed(cloud, people.user), second_network(cloud)
    with pytest.raises(Conflict):
        nics.add(people.root_admin, instance, NewNic(network=network.uuid, mac=instance.nics.get().mac))


def test_a_network_that_is_not_the_callers_is_not_found(cloud, people):
    foreign = make_network(cloud.zone, cidr="10.30.0.0/28", account=account_of(people.other_domain_admin))
    instance = deployed(cloud, people.user)
    for caller in (people.user, people.root_admin):
        with pytest.raises(NotFound):
            nics.add(caller, instance, NewNic(network=foreign.uuid))


def test_a_network_of_another_zone_does_not_fit(cloud, tenant):
    instance = deployed(cloud, tenant)
    elsewhere = make_network(make_zone(), cidr="10.31.0.0/28")
    with pytest.raises(InvalidInput):
        nics.add(tenant, instance, NewNic(network=elsewhere.uuid))


def test_an_instance_is_in_a_network_once(cloud, tenant):
    with pytest.raises(Conflict):
        nics.add(tenant, deployed(cloud, tenant), NewNic(network=cloud.network.uuid))


def test_a_card_has_a_limited_number_of_addresses(cloud, tenant, monkeypatch):
    monkeypatch.setattr("compute.services.nics.addresses.MOST_ADDRESSES", 1)
    nic = deployed(cloud, tenant).nics.get()
    done(nics.add_address(tenant, nic)[1])
    with pytest.raises(Conflict):
        nics.add_address(tenant, nic)


def test_secondary_addresses_are_freed_with_the_instance(cloud, tenant):
    instance = deployed(cloud, tenant)
    done(nics.add_address(tenant, instance.nics.get())[1])
    done(instances.destroy(tenant, fresh(instance), expunge=True))
    assert used_by(account_of(tenant), "addresses") == 0
    assert not cloud.network.addresses.filter(state="taken").exists()


def test_a_card_counts_against_the_limit_of_addresses(cloud, tenant):
    instance = deployed(cloud, tenant)
    Counter.objects.filter(resource="addresses", level="account").update(maximum=1)
    with pytest.raises(LimitReached):
        nics.add(tenant, instance, NewNic(network=second_network(cloud).uuid))
    with pytest.raises(LimitReached):
        nics.add_address(tenant, instance.nics.get())
    assert instance.nics.count() == 1


def test_one_change_at_a_time(cloud, tenant):
    _, nic = wired(cloud, tenant)
    nics.disconnect(tenant, nic)
    with pytest.raises(Busy):
        nics.add_address(tenant, the(nic))


@pytest.mark.parametrize("state", ["starting", "destroyed", "error", "expunging"])
def test_an_instance_that_is_on_its_way_is_left_alone(cloud, tenant, state):
    instance, nic = wired(cloud, tenant)
    Instance.objects.update(state=state)
    with pytest.raises(WrongState):
        nics.remove(tenant, the(nic))
    with pytest.raises(WrongState):
        nics.add(tenant, fresh(instance), NewNic(network=cloud.network.uuid))


def test_a_plan_plugs_nothing_in(cloud, tenant):
    instance, network = deployed(cloud, tenant), second_network(cloud)
    plan = plans.planned(lambda: nics.add(tenant, instance, NewNic(network=network.uuid)))
    assert plan.refusal is None
    assert any(network.name in one["sentence"] for one in plan.effects)
    assert instance.nics.count() == 1
