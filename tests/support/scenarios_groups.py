"""Security groups in a small cloud; and a job on one whose worker dies."""

from compute import guarding
from compute.drivers.guards import Packet, lets_pass
from compute.drivers.simulator_guards import guard_in
from compute.models import Nic
from networking.models import Network
from networking.rules import NewRule
from networking.services import security_groups
from networking.services.security_groups import GroupValues
from tests.faults.scenarios import Scenario
from tests.support.factories import make_caller, numbered
from tests.support.factories_compute import deployed, make_cloud


def guarded_cloud(**values):
    """A cloud whose network has security groups."""
    cloud = make_cloud(**values)
    Network.objects.filter(pk=cloud.network.pk).update(has_groups=True)
    cloud.network.has_groups = True
    return cloud


def make_group(caller, *rules):
    """A group of the caller with these rules beside the one that lets everything out, and no job."""
    group = security_groups.create(caller, GroupValues(name=numbered("group")))
    for rule in rules:
        security_groups.add_rule(caller, group, NewRule(**rule))
    return group


def guards_of(cloud, place="host-0"):
    """The guards on a host, by NIC."""
    with cloud.world.transaction(is_effect=False) as connection:
        rows = connection.execute("SELECT * FROM guards WHERE place = ?", (place,)).fetchall()
    return {guard.uuid: guard for guard in map(guard_in, rows)}


def reaches(cloud, source, target, **values):
    """Whether a connection of this kind from one NIC to the other begins, as their hosts hold them."""
    guards = guards_of(cloud)
    ends = {"source_mac": source.mac, "source_ip": source.address.ip, "destination_ip": target.address.ip}
    known = {"protocol": "tcp", "source_port": 50000, "destination_port": 80, **ends, **values}
    return lets_pass(guards[source.uuid], Packet(direction="out", **known)) and lets_pass(
        guards[target.uuid], Packet(direction="in", **known)
    )


def nic_of(instance):
    return Nic.objects.select_related("address", "network", "instance__account__domain").get(
        instance=instance
    )


def apply_rules():
    cloud, caller = guarded_cloud(hosts=2), make_caller()
    group = make_group(caller)
    one, other = (nic_of(deployed(cloud, caller, security_groups=(group.uuid,))) for _ in range(2))
    _, job = security_groups.add_rule(
        caller, group, NewRule(direction="ingress", protocol="tcp", first_port=80, peer=group.uuid)
    )

    def check(closed):
        stale = [
            nic.guard_wanted != nic.guard_applied for nic in Nic.objects.filter(pk__in=[one.pk, other.pk])
        ]
        assert closed.state == "failed" or not any(stale)
        held = {**guards_of(cloud, "host-0"), **guards_of(cloud, "host-1")}
        assert {one.uuid, other.uuid} == set(held)
        wanted = {nic.uuid: guarding.guard_of(nic) for nic in (one, other)}
        assert closed.state == "failed" or held == wanted

    return Scenario(job, check)


SCENARIOS = {"security-group.apply": apply_rules}
