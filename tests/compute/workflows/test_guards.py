"""Telling hosts of security groups: whose addresses a group stands for, and who is told when not all can be."""

from importlib import import_module
from ipaddress import ip_network

import pytest
from django.apps import apps

from cloudportal.core import clock
from cloudportal.core.errors import Conflict
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.jobs import runner
from cloudportal.jobs.models import Job
from cloudportal.jobs.states import OPEN
from compute import guarding
from compute.drivers.guards import MOST_RULES
from compute.models import Nic
from compute.services import instances, nics
from compute.services.guard_housekeeping import tell_hosts
from compute.services.instances import MoveValues
from networking.models import SecurityGroupRule
from networking.rules import NewRule
from networking.services import security_groups
from tenants.authentication import system_caller
from tests.support.factories import account_of, make_personas
from tests.support.factories_compute import deployed, fresh, submit_deployment
from tests.support.jobs import run_job, run_jobs
from tests.support.scenarios_groups import guarded_cloud, guards_of, make_group, nic_of, reaches

pytestmark = pytest.mark.django_db
PING = {"direction": "ingress", "protocol": "icmp", "icmp_type": 8, "cidr": "0.0.0.0/0"}


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def tenant(people):
    return people.user


@pytest.fixture
def cloud():
    return guarded_cloud()


def filled(group, count):
    """The group with so many rules, which many at work at once may bring about."""
    rules = [
        SecurityGroupRule(
            group=group,
            direction="ingress",
            protocol="tcp",
            first_port=port,
            last_port=port,
            cidr="10.9.0.0/16",
        )
        for port in range(group.rules.count(), count)
    ]
    SecurityGroupRule.objects.bulk_create(rules)
    return group


def let_in(cloud, nic):
    """The networks that the NIC's host lets begin connections to it."""
    return [rule.cidr for rule in guards_of(cloud)[nic.uuid].rules if rule.direction == "in"]


def test_a_group_stands_for_its_members_in_the_zone_of_whom_it_lets_through(tenant):
    here, elsewhere = guarded_cloud(), guarded_cloud()
    one, *members = (nic_of(deployed(cloud, tenant)) for cloud in (here, elsewhere, elsewhere))
    run_jobs()
    assert [nic.address.ip for nic in (one, *members)] == ["10.7.0.2", "10.7.0.2", "10.7.0.3"]
    assert let_in(here, one) == ["10.7.0.2/32"]
    assert [let_in(elsewhere, nic) for nic in members] == [["10.7.0.2/31"], ["10.7.0.2/31"]]


def test_hosts_that_were_told_of_members_in_other_zones_are_told_again(tenant):
    here, elsewhere = guarded_cloud(), guarded_cloud()
    nic = nic_of(deployed(here, tenant))
    nic_of(deployed(elsewhere, tenant, security_groups=(make_group(tenant).uuid,)))
    run_jobs()
    assert tell_hosts(system_caller()) == 0
    import_module("compute.migrations.0066_tell_hosts_of_guards_again").want_guards(apps, None)
    assert tell_hosts(system_caller()) == 1
    run_jobs()
    assert let_in(here, nic) == ["10.7.0.2/32"]
    assert tell_hosts(system_caller()) == 0


def test_a_card_with_too_many_rules_keeps_no_other_from_being_told(cloud, tenant):
    shared, full = make_group(tenant, PING), make_group(tenant)
    crowded = nic_of(deployed(cloud, tenant, security_groups=(shared.uuid, full.uuid)))
    beside = nic_of(deployed(cloud, tenant, security_groups=(shared.uuid,)))
    run_jobs()
    before = guards_of(cloud)
    filled(full, MOST_RULES + 1)
    job = run_job(security_groups.remove_rule(tenant, shared.rules.get(direction="ingress")))
    assert (job.state, "too many rules" in job.message) == ("failed", True)
    assert let_in(cloud, beside) == []
    assert guards_of(cloud)[crowded.uuid] == before[crowded.uuid]


def test_too_many_rules_for_a_card_are_refused_beforehand_and_change_nothing(cloud, tenant):
    spare, full = make_group(tenant), make_group(tenant)
    nic = nic_of(deployed(cloud, tenant, security_groups=(spare.uuid, full.uuid)))
    filled(full, MOST_RULES - 1)
    rule, job = security_groups.add_rule(tenant, spare, NewRule(**PING))
    assert run_job(job).state == "done"
    assert len(guards_of(cloud)[nic.uuid].rules) == MOST_RULES
    jobs, one_more = Job.objects.count(), NewRule(direction="ingress", protocol="udp", cidr="10.9.0.0/16")
    with pytest.raises(Conflict, match="Name fewer or larger networks"):
        security_groups.add_rule(tenant, spare, one_more)
    assert (list(spare.rules.filter(direction="ingress")), Job.objects.count()) == ([rule], jobs)


def test_a_card_comes_into_no_groups_whose_rules_are_too_many(cloud, tenant):
    full, other = filled(make_group(tenant), MOST_RULES), make_group(tenant, PING)
    nic = nic_of(deployed(cloud, tenant, security_groups=(other.uuid,)))
    too_many = [full.uuid, other.uuid]
    with pytest.raises(Conflict) as refusal:
        nics.set_groups(tenant, nic, too_many)
    assert "security_groups" in refusal.value.fields
    with pytest.raises(Conflict, match="Choose fewer groups"):
        deployed(cloud, tenant, security_groups=too_many)
    assert list(nic.groups.all()) == [other]


def test_groups_that_could_not_be_changed_let_nobody_through_on_others_cards(cloud, tenant):
    old, new = make_group(tenant), make_group(tenant)
    naming = make_group(tenant, {"direction": "ingress", "peer": new.uuid})
    moving = nic_of(deployed(cloud, tenant, security_groups=(old.uuid,)))
    beside = nic_of(deployed(cloud, tenant, security_groups=(naming.uuid,)))
    cloud.world.inject(Fault(operation="ensure_nics", kind=FaultKind.FAIL, error="refused", count=1))
    job = nics.set_groups(tenant, moving, [new.uuid])
    told = Job.objects.get(kind="security-group.apply", subject_uuid=new.uuid, state="queued")
    runner.run(told.uuid)
    assert let_in(cloud, beside) == [f"{moving.address.ip}/32"]
    assert run_job(job).state == "failed"
    assert list(moving.groups.all()) == [old]
    assert let_in(cloud, beside) == []


def test_an_instance_that_moves_with_its_address_is_let_in_by_its_new_owners(cloud, people):
    target = account_of(people.neighbour)
    beside = nic_of(deployed(cloud, people.neighbour))
    moving = deployed(cloud, people.user)
    assert run_job(instances.stop(people.user, moving)).state == "done"
    instances.move(people.root_admin, fresh(moving), MoveValues(account=target.uuid))
    run_jobs()
    assert run_job(instances.start(people.neighbour, fresh(moving))).state == "done"
    assert reaches(cloud, nic_of(moving), beside) and reaches(cloud, beside, nic_of(moving))


@pytest.fixture
def rule_comes_when(settings, tenant):
    """`rule_comes_when(group, step, direction)`: once the next such step is done, a rule comes and is in force."""
    settings.JOB_CHECKPOINT = f"{__name__}.interrupt"
    yield lambda *wanted: INTERRUPTIONS.append((tenant, *wanted))
    assert INTERRUPTIONS == []


INTERRUPTIONS = []


def interrupt(job, step, point, direction):
    """Called by the runner at its checkpoints."""
    for caller, group, *wanted in [one for one in INTERRUPTIONS if one[2:] == (step, point, direction)]:
        INTERRUPTIONS.remove((caller, group, *wanted))
        _, told = security_groups.add_rule(caller, group, NewRule(**PING))
        runner.run(told.uuid)
        told.refresh_from_db()
        assert told.state == "done"


def test_an_address_that_is_being_taken_away_is_let_pass_for_no_other_reason(cloud, tenant, rule_comes_when):
    group = make_group(tenant)
    nic = nic_of(deployed(cloud, tenant, security_groups=(group.uuid,)))
    row, job = nics.add_address(tenant, nic)
    assert run_job(job).state == "done"
    assert guards_of(cloud)[nic.uuid].addresses == (nic.address.ip, row.address.ip)
    rule_comes_when(group, "withdraw", "after-cursor", "forwards")
    assert run_job(nics.remove_address(tenant, row)).state == "done"
    guard = guards_of(cloud)[nic.uuid]
    assert (guard.addresses, len(guard.rules)) == ((nic.address.ip,), 2)


def test_an_address_whose_adding_failed_is_let_pass_no_more(cloud, tenant, rule_comes_when):
    group = make_group(tenant)
    nic = nic_of(deployed(cloud, tenant, security_groups=(group.uuid,)))
    cloud.world.inject(Fault(operation="ensure_nics", kind=FaultKind.FAIL, error="refused", count=1))
    rule_comes_when(group, "let-pass", "after-effect", "backwards")
    assert run_job(nics.add_address(tenant, nic)[1]).state == "failed"
    guard = guards_of(cloud)[nic.uuid]
    assert (guard.addresses, len(guard.rules)) == ((nic.address.ip,), 2)


@pytest.mark.parametrize("count", [1, None])
def test_an_address_that_could_not_be_taken_away_passes_as_before(cloud, tenant, count):
    group = make_group(tenant)
    nic = nic_of(deployed(cloud, tenant, security_groups=(group.uuid,)))
    row, job = nics.add_address(tenant, nic)
    assert run_job(job).state == "done"
    cloud.world.inject(Fault(operation="ensure_nics", kind=FaultKind.FAIL, error="refused", count=count))
    failed = run_job(nics.remove_address(tenant, row))
    assert failed.state == "failed"
    cloud.world.clear_faults()
    tell_hosts(system_caller())
    run_jobs()
    assert guards_of(cloud)[nic.uuid].addresses == (nic.address.ip, row.address.ip)
    assert run_job(nics.remove_address(tenant, row)).state == "done"
    assert guards_of(cloud)[nic.uuid].addresses == (nic.address.ip,)


def applying():
    """The jobs that tell hosts of groups and are not over."""
    return Job.objects.filter(kind="security-group.apply", state__in=OPEN)


def test_many_that_come_at_once_are_told_of_by_one_job(tenant):
    cloud = guarded_cloud(addresses=30, hosts=2, host={"cpus": 64, "memory_mib": 65536})
    first = nic_of(deployed(cloud, tenant))
    for _ in range(20):
        submit_deployment(cloud, tenant)
    assert applying().count() == 1
    runner.run(applying().get().uuid)
    everyone = Nic.objects.select_related("network", "address")
    assert sorted(map(str, nets(let_in(cloud, first)))) == sorted(nic.address.ip for nic in everyone)
    run_jobs()
    held = {**guards_of(cloud, "host-0"), **guards_of(cloud, "host-1")}
    assert held == {nic.uuid: guarding.guard_of(nic) for nic in everyone}


def test_a_job_that_has_begun_or_is_to_be_aborted_is_not_relied_on(cloud, tenant):
    deployed(cloud, tenant)
    for wanted, change in enumerate(({}, {"started_at": clock.now()}, {"is_abort_requested": True}), start=1):
        applying().update(**change)
        submit_deployment(cloud, tenant)
        assert applying().count() == wanted
    submit_deployment(cloud, tenant)
    assert applying().count() == 3


def nets(cidrs):
    """Every address in these networks."""
    return [ip for cidr in cidrs for ip in ip_network(cidr)]
