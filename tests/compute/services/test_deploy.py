"""Asking for an instance: who may, with what, and what is refused before anything is made."""

import base64
from uuid import uuid4

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import (
    Busy,
    InvalidInput,
    LimitReached,
    NoRoom,
    NotFound,
    NotPermitted,
    WrongState,
)
from cloudportal.events.models import Event, MeterMark
from cloudportal.jobs.models import Hold, Job
from compute import states
from compute.models import Instance, Nic
from compute.services import instances
from networking.models import Address
from storage.models import Volume
from tenants.models import Counter
from tests.support.factories import account_of, make_account, make_caller, make_domain, make_personas
from tests.support.factories_compute import deploy_values, make_offering, submit_deployment
from tests.support.factories_infra import make_host, make_network, make_template, make_zone

pytestmark = pytest.mark.django_db

KEY = (
    "ssh-ed25519 "
    + base64.b64encode(b"\x00\x00\x00\x0bssh-ed25519" + b"\x00\x00\x00\x20" + b"k" * 32).decode()
)


@pytest.fixture
def deploy(cloud, tenant):
    def call(by=None, *, start=True, **values):
        return instances.deploy(by or tenant, deploy_values(cloud, **values), start=start)

    return call


def nothing_is_left():
    rows = (Instance, Nic, Volume, Job, Hold, MeterMark)
    return not any(model.objects.exists() for model in rows) and not used()


def used():
    return Counter.objects.exclude(used=0).exists() or Address.objects.filter(state="taken").exists()


def test_an_instance_begins_as_rows_and_a_job(deploy, tenant, cloud):
    instance, job = deploy(name="web", display_name="Web shop")
    assert (instance.state, instance.name, instance.display_name) == (states.DEPLOYING, "web", "Web shop")
    assert (job.kind, job.subject_uuid, job.account_uuid) == (
        "instance.deploy",
        instance.uuid,
        account_of(tenant).uuid,
    )
    volume = instance.attachments.get().volume
    assert (volume.held_by, volume.kind, volume.template) == (instance.uuid, "root", cloud.template)
    assert Hold.objects.filter(job=job).count() == 2


def test_terms_are_those_of_the_size(deploy, cloud):
    cloud.offering.cpus, cloud.offering.memory_mib, cloud.offering.cpu_mhz = 3, 1536, 1200
    cloud.offering.save()
    instance, _ = deploy()
    assert (instance.cpus, instance.memory_mib, instance.cpu_mhz) == (3, 1536, 1200)


def test_a_name_is_given_where_none_is_asked_for(deploy):
    first, _ = deploy(name="")
    second, _ = deploy(name=" ")
    assert first.name.startswith("vm-")
    assert first.name != second.name


def test_the_only_shared_network_is_taken_where_none_is_named(deploy, cloud):
    instance, _ = deploy(networks=())
    assert [nic.network for nic in instance.nics.all()] == [cloud.network]


def test_networks_become_nics_in_their_order(deploy, cloud, tenant):
    second = make_network(cloud.zone, cidr="10.8.0.0/24")
    instance, _ = deploy(networks=(second.uuid, cloud.network.uuid))
    nics = list(instance.nics.order_by("device_index"))
    assert [nic.network for nic in nics] == [second, cloud.network]
    assert all(nic.address.held_by == nic.uuid for nic in nics)


def test_keys_and_user_data_are_kept_for_the_guest(deploy):
    instance, _ = deploy(ssh_keys=(KEY, f" {KEY} "), user_data="#!/bin/sh\necho hello\n")
    assert instance.ssh_keys == [KEY]
    assert instance.user_data == "#!/bin/sh\necho hello\n"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "no_underscores"}),
        ("name", {"name": "-dash"}),
        ("name", {"name": "a" * 64}),
        ("name", {"name": "new\nline"}),
        ("display_name", {"display_name": "<script>"}),
        ("root_size_gib", {"root_size_gib": 0}),
        ("root_size_gib", {"root_size_gib": 10**6}),
        ("ssh_keys", {"ssh_keys": ("not a key",)}),
        ("ssh_keys", {"ssh_keys": ("ssh-ed25519 AAAA",)}),
        ("ssh_keys", {"ssh_keys": (f"{KEY}\n{KEY}",)}),
        ("ssh_keys", {"ssh_keys": (KEY.replace("ssh-ed25519", "ssh-rsa"),)}),
        ("ssh_keys", {"ssh_keys": tuple(f"{KEY} {number}" for number in range(17))}),
        ("user_data", {"user_data": "x" * (32 * 1024 + 1)}),
        ("user_data", {"user_data": "ü" * (16 * 1024 + 1)}),
        ("user_data", {"user_data": "a\0b"}),
    ],
)
def test_a_wrong_value_names_its_field(deploy, field, values):
    with pytest.raises(InvalidInput) as refusal:
        deploy(**values)
    assert field in refusal.value.fields
    assert nothing_is_left()


def test_a_small_disk_is_refused_with_the_least_that_is_needed(deploy, cloud):
    cloud.template.virtual_size_bytes = 3 * 1024**3
    cloud.template.save()
    with pytest.raises(InvalidInput) as refusal:
        deploy(root_size_gib=2)
    assert "3 GiB or more" in refusal.value.detail
    assert nothing_is_left()


def test_a_size_too_small_for_the_template_is_refused(deploy, cloud):
    cloud.template.minimum_memory_mib = 1024
    cloud.template.save()
    with pytest.raises(InvalidInput) as refusal:
        deploy()
    assert "offering" in refusal.value.fields


def test_each_network_may_be_named_once(deploy, cloud):
    with pytest.raises(InvalidInput):
        deploy(networks=(cloud.network.uuid, cloud.network.uuid))


def test_a_network_must_be_in_the_zone(deploy):
    with pytest.raises(InvalidInput) as refusal:
        deploy(networks=(make_network(cidr="10.9.0.0/24").uuid,))
    assert "networks" in refusal.value.fields


def test_with_several_networks_one_must_be_chosen(deploy, cloud):
    make_network(cloud.zone, cidr="10.8.0.0/24")
    with pytest.raises(InvalidInput) as refusal:
        deploy(networks=())
    assert "networks" in refusal.value.fields


@pytest.mark.parametrize("argument", ["template", "offering", "zone", "networks"])
def test_what_does_not_exist_is_not_found(deploy, argument):
    missing = (uuid4(),) if argument == "networks" else uuid4()
    with pytest.raises(NotFound):
        deploy(**{argument: missing})
    assert nothing_is_left()


def test_a_strangers_template_is_not_found(deploy):
    private = make_template(make_account(), is_public=False)
    with pytest.raises(NotFound):
        deploy(template=private.uuid)


def test_a_strangers_network_is_not_found(deploy, cloud):
    private = make_network(cloud.zone, cidr="10.8.0.0/24", account=make_account())
    with pytest.raises(NotFound):
        deploy(networks=(private.uuid,))


def test_an_admin_does_not_wire_their_own_instance_into_a_tenants_network(deploy, cloud):
    domain = make_domain()
    admin = make_caller(domain, "Domain Admin")
    private = make_network(cloud.zone, cidr="10.8.0.0/24", account=make_account(domain))
    with pytest.raises(NotFound):
        deploy(admin, networks=(private.uuid,))


def test_a_retired_size_is_not_found_and_admins_are_told_why(deploy, root, cloud):
    retired = make_offering(is_active=False)
    with pytest.raises(NotFound):
        deploy(offering=retired.uuid)
    with pytest.raises(InvalidInput):
        deploy(root, offering=retired.uuid)


def test_a_disabled_zone_takes_nothing(deploy, root, cloud):
    cloud.zone.state = "disabled"
    cloud.zone.save()
    with pytest.raises(NotFound):
        deploy()
    with pytest.raises(WrongState):
        deploy(root)


def test_a_template_that_is_not_ready_is_refused(deploy, root, cloud):
    cloud.template.state = "fetching"
    cloud.template.save()
    with pytest.raises(WrongState):
        deploy(root)
    assert nothing_is_left()


@pytest.mark.parametrize("state", ["locked", "disabled", "removing"])
def test_a_closed_account_deploys_nothing(deploy, tenant, state):
    account = account_of(tenant)
    account.state = state
    account.save()
    with pytest.raises(WrongState) as refusal:
        deploy()
    assert state in refusal.value.detail
    assert nothing_is_left()


@pytest.mark.parametrize(
    "resource", ["instances", "cpus", "memory_mib", "volumes", "primary_storage_gib", "addresses"]
)
def test_each_limit_binds_and_leaves_nothing_behind(deploy, tenant, resource):
    Counter.objects.filter(level="account", owner_id=account_of(tenant).pk, resource=resource).update(
        maximum=0
    )
    with pytest.raises(LimitReached):
        deploy()
    assert nothing_is_left()


def test_without_room_nothing_is_begun(deploy, cloud):
    for host in cloud.hosts:
        host.state = "maintenance"
        host.save()
    with pytest.raises(NoRoom) as refusal:
        deploy()
    assert "takes no new instances" in refusal.value.detail
    assert nothing_is_left()


def test_without_an_address_nothing_is_begun(deploy, cloud):
    cloud.network.addresses.all().delete()
    with pytest.raises(NoRoom):
        deploy()
    assert nothing_is_left()


def test_an_instance_that_stays_stopped_needs_no_room_now(deploy, cloud):
    for host in cloud.hosts:
        host.state = "maintenance"
        host.save()
    _, job = deploy(start=False)
    assert job.kind == "instance.allocate"


@pytest.mark.parametrize("who", ["read_only_admin"])
def test_a_read_only_role_deploys_nothing(deploy, who):
    with pytest.raises(NotPermitted):
        deploy(getattr(make_personas(), who))
    assert nothing_is_left()


def test_a_plan_says_what_would_happen_and_changes_nothing(deploy, root):
    plan = plans.planned(lambda: deploy(name="web"))
    assert plan.refusal is None
    kinds = [effect["kind"] for effect in plan.effects]
    assert {"limit", "create", "address", "placement"} <= set(kinds)
    assert nothing_is_left()
    assert not Event.objects.exists()


def test_the_same_wish_makes_the_same_plan(deploy):
    fingerprints = {plans.planned(lambda: deploy(name="")).fingerprint for _ in range(3)}
    assert len(fingerprints) == 1


def test_a_plan_tells_tenants_nothing_of_hosts_and_operators_all(deploy, root, cloud):
    plan = plans.planned(deploy)
    assert all(host.name not in str(plan.effects) for host in cloud.hosts)
    plan = plans.planned(lambda: deploy(root))
    placement = next(effect for effect in plan.effects if effect["kind"] == "placement")
    assert placement["sentence"] == "2 hosts."


def test_a_plan_shows_the_refusal(deploy, tenant):
    Counter.objects.filter(owner_id=account_of(tenant).pk, resource="cpus").update(maximum=0)
    plan = plans.planned(deploy)
    assert isinstance(plan.refusal, LimitReached)


def test_while_it_is_deployed_nothing_else_is_done_to_it(cloud, tenant):
    instance, _ = submit_deployment(cloud, tenant)
    for verb in (instances.start, instances.stop, instances.destroy, instances.expunge, instances.retry):
        with pytest.raises((WrongState, Busy)):
            verb(tenant, instance)


def test_a_zone_without_hosts_says_so(deploy, cloud):
    empty = make_zone()
    network = make_network(empty, cidr="10.8.0.0/24")
    with pytest.raises(NoRoom) as refusal:
        deploy(zone=empty.uuid, networks=(network.uuid,))
    assert "has no hosts yet" in refusal.value.detail


def test_a_tag_nobody_has_is_refused_with_advice(deploy, cloud):
    make_host(cloud.cluster, tags=["ssd"])
    picky = make_offering(host_tags=["gpu"])
    with pytest.raises(NoRoom) as refusal:
        deploy(offering=picky.uuid)
    assert "Choose another size" in refusal.value.detail
