"""A world and a submitted job for each workflow on network cards; what must hold however often its worker dies."""

from compute.models import Nic, SecondaryAddress
from compute.services import nics
from compute.services.nics import NewNic
from networking.connections import network_driver
from tests.faults.scenarios import Scenario
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_caller
from tests.support.factories_compute import deployed, fresh, guests_of, make_cloud
from tests.support.factories_infra import make_network
from tests.support.jobs import run_job


def second_network(cloud):
    """Another network of the cloud's zone, in the same world."""
    settings = {"world": str(cloud.world.path), "place": "second"}
    return make_network(cloud.zone, cidr="10.8.0.0/28", settings=settings)


def wired(cloud, caller):
    """A running instance of the caller, and its second NIC."""
    instance = deployed(cloud, caller)
    nic, job = nics.add(caller, instance, NewNic(network=second_network(cloud).uuid))
    assert run_job(job).state == "done"
    return fresh(instance), the(nic)


def the(nic):
    """The NIC as it is now."""
    return Nic.objects.select_related("instance__account__domain", "network").get(pk=nic.pk)


def reserved(network, host):
    """The addresses that the host reserves in the network."""
    with network_driver(network, host) as driver:
        return {one.ip for one in driver.list_reservations(network.uuid)}


def _checked(cloud, instance, job, check):
    """After the job: rows and world agree, the guest has the NICs of the rows, and `check(is_done)` holds."""

    def agree(closed):
        world_equals_rows(cloud)
        _, guest = guests_of(cloud)[instance.uuid]
        there = Nic.objects.filter(instance=instance)
        rows = {nic.mac: nic.is_linked for nic in there}
        assert {nic.mac: nic.is_linked for nic in guest.nics} == rows
        assert there.filter(is_default=True).count() == 1
        check(closed.state == "done")

    return Scenario(job, agree)


def add_nic():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    network = second_network(cloud)
    nic, job = nics.add(caller, instance, NewNic(network=network.uuid, ip="10.8.0.9"))

    def check(is_done):
        assert Nic.objects.filter(pk=nic.pk).exists() == is_done
        assert network.addresses.get(ip="10.8.0.9").state == ("taken" if is_done else "free")

    return _checked(cloud, instance, job, check)


def remove_nic():
    cloud, caller = make_cloud(), make_caller()
    instance, nic = wired(cloud, caller)
    ip = nic.address.ip

    def check(is_done):
        assert Nic.objects.filter(pk=nic.pk).exists() != is_done
        assert reserved(nic.network, cloud.host) == (set() if is_done else {ip})

    return _checked(cloud, instance, nics.remove(caller, nic), check)


def update_nic():
    cloud, caller = make_cloud(), make_caller()
    instance, nic = wired(cloud, caller)
    job = nics.disconnect(caller, nic)
    return _checked(cloud, instance, job, lambda is_done: _is(the(nic).is_linked, not is_done))


def add_address():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    nic = instance.nics.get()
    _, job = nics.add_address(caller, nic, ip="10.7.0.9")

    def check(is_done):
        assert SecondaryAddress.objects.filter(nic=nic).count() == int(is_done)
        assert cloud.network.addresses.get(ip="10.7.0.9").state == ("taken" if is_done else "free")

    return _checked(cloud, instance, job, check)


def remove_address():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    nic = instance.nics.get()
    row, added = nics.add_address(caller, nic)
    assert run_job(added).state == "done"

    def check(is_done):
        assert SecondaryAddress.objects.filter(nic=nic).count() == int(not is_done)

    return _checked(cloud, instance, nics.remove_address(caller, row), check)


def _is(seen, wanted):
    assert seen == wanted


SCENARIOS = {
    "instance.add-nic": add_nic,
    "instance.remove-nic": remove_nic,
    "instance.update-nic": update_nic,
    "instance.add-address": add_address,
    "instance.remove-address": remove_address,
}
