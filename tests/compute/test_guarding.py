"""Security groups: what they come to on the hosts, when they change, and when their members do."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from cloudportal.drivers.simulated import tampering
from cloudportal.jobs import services as jobs
from compute import guarding
from compute.drivers.guards import Packet, allows
from compute.models import Nic
from compute.services import instances, nics
from compute.services.guard_housekeeping import tell_hosts
from compute.services.nics import NewNic
from networking.models import SecurityGroup, SecurityGroupRule
from networking.rules import NewRule
from networking.services import security_groups
from tenants.authentication import system_caller
from tests.support.factories import make_personas
from tests.support.factories_compute import deployed, fresh, make_cloud, stopped
from tests.support.jobs import run_job, run_jobs
from tests.support.pages import PageClient
from tests.support.scenarios_groups import guarded_cloud, guards_of, make_group, nic_of, reaches
from tests.support.scenarios_nics import second_network

pytestmark = pytest.mark.django_db
PING = {"protocol": "icmp", "icmp_type": 8}


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def tenant(people):
    return people.user


@pytest.fixture
def cloud():
    return guarded_cloud()


def member(cloud, caller, *groups):
    return nic_of(deployed(cloud, caller, security_groups=tuple(group.uuid for group in groups)))


def changed(outcome):
    """The change's job is done, and all that follow from it."""
    _, job = outcome if isinstance(outcome, tuple) else (None, outcome)
    assert run_job(job).state == "done", job.message
    run_jobs()


def test_members_of_the_default_group_reach_each_other_and_nobody_else_does(cloud, people):
    one, other = member(cloud, people.user), member(cloud, people.user)
    stranger = member(cloud, people.neighbour)
    run_jobs()
    assert reaches(cloud, one, other) and reaches(cloud, other, one, **PING)
    assert not reaches(cloud, stranger, one)
    assert not reaches(cloud, one, stranger)
    assert list(SecurityGroup.objects.values_list("name", flat=True)) == ["default", "default"]


def test_answers_pass(cloud, people):
    one, stranger = member(cloud, people.user), member(cloud, people.neighbour)
    assert reaches(cloud, stranger, one, is_answer=True)


def test_a_rule_is_in_force_while_the_guests_run_and_taken_back(cloud, tenant):
    group = make_group(tenant)
    inside, outside = member(cloud, tenant, group), member(cloud, tenant)
    assert not reaches(cloud, outside, inside)
    rule, job = security_groups.add_rule(
        tenant, group, NewRule(direction="ingress", protocol="tcp", first_port=80, cidr="10.7.0.0/24")
    )
    changed(job)
    assert reaches(cloud, outside, inside)
    assert not reaches(cloud, outside, inside, destination_port=81)
    changed(security_groups.remove_rule(tenant, rule))
    assert not reaches(cloud, outside, inside)


def test_without_egress_nothing_goes_out(cloud, tenant):
    group = make_group(tenant)
    one, other = member(cloud, tenant, group), member(cloud, tenant)
    changed(security_groups.remove_rule(tenant, group.rules.get(direction="egress")))
    assert guards_of(cloud)[one.uuid].rules == ()
    assert not reaches(cloud, one, other)


def test_a_peer_is_let_through_as_its_members_come_and_go(cloud, tenant):
    web = make_group(tenant)
    data = make_group(tenant, {"direction": "ingress", "protocol": "tcp", "first_port": 80, "peer": web.uuid})
    run_jobs()
    store = member(cloud, tenant, data)
    front = member(cloud, tenant, web)
    run_jobs()
    assert reaches(cloud, front, store)

    _, job = nics.add_address(tenant, front, ip="10.7.0.20")
    changed(job)
    assert reaches(cloud, front, store, source_ip="10.7.0.20")

    freed = front.address.ip
    changed(instances.destroy(tenant, fresh(front.instance), expunge=True))
    allowed = [rule.cidr for rule in guards_of(cloud)[store.uuid].rules if rule.direction == "in"]
    assert allowed == []
    assert freed not in str(allowed)


def test_a_card_changes_its_groups_while_it_runs(cloud, tenant):
    group = make_group(tenant, {"direction": "ingress", "protocol": "icmp", "cidr": "0.0.0.0/0"})
    one, other = member(cloud, tenant), member(cloud, tenant, make_group(tenant))
    assert not reaches(cloud, other, one, **PING)
    changed(nics.set_groups(tenant, one, [group.uuid]))
    assert reaches(cloud, other, one, **PING)
    assert not reaches(cloud, other, one)


def test_a_strangers_group_is_not_found(cloud, people):
    theirs = make_group(people.other_domain_admin)
    nic = member(cloud, people.user)
    with pytest.raises(NotFound):
        nics.set_groups(people.user, nic, [theirs.uuid])
    with pytest.raises(NotFound):
        nics.set_groups(people.root_admin, nic, [theirs.uuid])
    with pytest.raises(NotFound):
        member(cloud, people.user, theirs)
    ours, naming = make_group(people.user), NewRule(direction="ingress", peer=theirs.uuid)
    with pytest.raises(NotFound, match="that you may name") as refusal:
        security_groups.add_rule(people.user, ours, naming)
    assert "peer" in refusal.value.fields


def test_who_administers_both_accounts_lets_one_through_to_the_other_until_that_group_is_deleted(people):
    ours, theirs = make_group(people.user), make_group(people.neighbour)
    security_groups.add_rule(people.domain_admin, ours, NewRule(direction="ingress", peer=theirs.uuid))
    assert (
        PageClient(people.user)
        .get("security-group", ours.uuid)
        .all("a", href=f"/security-groups/{theirs.uuid}/")
        == []
    )
    security_groups.delete(people.neighbour, theirs)
    assert [rule.direction for rule in ours.rules.all()] == ["egress"]


def test_rules_are_the_same_after_a_restart_and_a_reboot(cloud, tenant):
    nic = member(cloud, tenant)
    before = guards_of(cloud)[nic.uuid]
    changed(instances.reboot(tenant, fresh(nic.instance)))
    assert guards_of(cloud)[nic.uuid] == before
    changed(instances.stop(tenant, fresh(nic.instance)))
    assert guards_of(cloud) == {}
    changed(instances.start(tenant, fresh(nic.instance)))
    assert guards_of(cloud)[nic.uuid] == before


def test_a_rule_that_came_while_an_instance_was_stopped_holds_from_its_start(cloud, tenant):
    group = make_group(tenant)
    instance = stopped(cloud, tenant, security_groups=(group.uuid,))
    changed(security_groups.add_rule(tenant, group, NewRule(direction="ingress", cidr="0.0.0.0/0")))
    changed(instances.start(tenant, fresh(instance)))
    assert reaches(cloud, member(cloud, tenant), nic_of(instance))


def test_a_host_that_was_out_of_reach_is_told_when_it_is_back(cloud, tenant):
    group = make_group(tenant)
    nic = member(cloud, tenant, group)
    place = cloud.host.settings["place"]
    tampering.set_reachable(cloud.world, place, False)
    _, job = security_groups.add_rule(tenant, group, NewRule(direction="ingress", cidr="0.0.0.0/0"))
    run_job(job)
    tampering.set_reachable(cloud.world, place, True)
    assert len(guards_of(cloud)[nic.uuid].rules) == 1
    jobs.Job.objects.all().update(state="failed")
    assert tell_hosts(system_caller()) == 1
    run_jobs()
    assert len(guards_of(cloud)[nic.uuid].rules) == 2
    assert tell_hosts(system_caller()) == 0


def test_a_card_that_goes_takes_its_guard_along(cloud, tenant):
    instance = deployed(cloud, tenant)
    second = guarded_network(cloud)
    nic, job = nics.add(tenant, instance, NewNic(network=second.uuid))
    changed(job)
    assert set(guards_of(cloud)) == set(Nic.objects.values_list("uuid", flat=True))
    changed(nics.remove(tenant, nic_in(nic)))
    assert nic.uuid not in guards_of(cloud)


def guarded_network(cloud):
    network = second_network(cloud)
    network.has_groups = True
    network.save()
    return network


def nic_in(nic):
    return Nic.objects.select_related("instance__account__domain", "network").get(pk=nic.pk)


def test_a_network_without_groups_guards_against_spoofing_alone(tenant):
    cloud = make_cloud()
    nic = nic_of(deployed(cloud, tenant))
    held = guards_of(cloud)[nic.uuid]
    assert (held.rules, held.addresses, held.mac) == (None, (nic.address.ip,), nic.mac)
    with pytest.raises(Conflict):
        nics.set_groups(tenant, nic, [])
    with pytest.raises(InvalidInput):
        deployed(cloud, tenant, security_groups=(make_group(tenant).uuid,))


def test_a_group_in_use_stays(cloud, tenant):
    group = make_group(tenant)
    member(cloud, tenant, group)
    with pytest.raises(Conflict):
        security_groups.delete(tenant, group)
    named = make_group(tenant)
    make_group(tenant, {"direction": "ingress", "peer": named.uuid})
    with pytest.raises(Conflict):
        security_groups.delete(tenant, named)


RULE = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(("ingress", "egress")),
        "protocol": st.sampled_from(("all", "tcp", "udp", "icmp")),
        "others": st.lists(
            st.sampled_from(("10.0.0.0/24", "10.0.0.5/32", "10.0.0.4/32", "10.0.1.0/24", "0.0.0.0/0")),
            max_size=4,
        ),
        "ports": st.sampled_from((None, (80, 80), (22, 443))),
    }
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(RULE, max_size=6),
    other=st.sampled_from(("10.0.0.4", "10.0.0.5", "10.0.1.9", "192.0.2.1")),
    direction=st.sampled_from(("in", "out")),
    protocol=st.sampled_from(("tcp", "udp", "icmp")),
    port=st.sampled_from((22, 80, 444)),
)
def test_compiled_rules_allow_what_the_rules_allow(rules, other, direction, protocol, port):
    ends = {"source_ip": other, "destination_ip": "10.0.0.7"}
    ends = ends if direction == "in" else {"source_ip": "10.0.0.7", "destination_ip": other}
    packet = Packet(direction=direction, source_mac="", protocol=protocol, destination_port=port, **ends)
    rows = [(row_of(rule), rule["others"]) for rule in rules]
    compiled = guarding.compiled(rows)
    wanted = any(means(rule, direction, protocol, port, other) for rule in rules)
    assert any(allows(rule, packet) for rule in compiled) == wanted


def row_of(rule):
    first, last = ports_of(rule)
    return SecurityGroupRule(
        direction=rule["direction"], protocol=rule["protocol"], first_port=first, last_port=last
    )


def ports_of(rule):
    has_ports = rule["protocol"] in ("tcp", "udp") and rule["ports"]
    return rule["ports"] if has_ports else (None, None)


def means(rule, direction, protocol, port, other):
    """What the rule says, told another way."""
    first, last = ports_of(rule)
    return (
        rule["direction"] == {"in": "ingress", "out": "egress"}[direction]
        and rule["protocol"] in ("all", protocol)
        and (first is None or first <= port <= last)
        and any(ip_address(other) in ip_network(one) for one in rule["others"])
    )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("direction", {"direction": "both", "cidr": "10.0.0.0/8"}),
        ("protocol", {"protocol": "sctp", "cidr": "10.0.0.0/8"}),
        ("cidr", {}),
        ("cidr", {"cidr": "10.0.0.1/8"}),
        ("cidr", {"cidr": "::/0"}),
        ("cidr", {"cidr": "10.0.0.0/8'/>"}),
        ("first_port", {"cidr": "10.0.0.0/8", "first_port": 80}),
        ("first_port", {"cidr": "10.0.0.0/8", "protocol": "tcp", "last_port": 80}),
        ("last_port", {"cidr": "10.0.0.0/8", "protocol": "tcp", "first_port": 80, "last_port": 79}),
        ("first_port", {"cidr": "10.0.0.0/8", "protocol": "tcp", "first_port": 70000}),
        ("icmp_type", {"cidr": "10.0.0.0/8", "protocol": "tcp", "icmp_type": 8}),
        ("icmp_type", {"cidr": "10.0.0.0/8", "protocol": "icmp", "icmp_code": 0}),
        ("icmp_type", {"cidr": "10.0.0.0/8", "protocol": "icmp", "icmp_type": 256}),
    ],
)
def test_an_odd_rule_is_refused_by_its_field_and_changes_nothing(tenant, field, values):
    group = make_group(tenant)
    with pytest.raises(InvalidInput) as refusal:
        security_groups.add_rule(tenant, group, NewRule(**{"direction": "ingress", **values}))
    assert field in refusal.value.fields
    assert group.rules.count() == 1
