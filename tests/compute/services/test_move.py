"""An instance that is moved to another owner: whose it is, what goes along, what is counted, and who may."""

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
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events import meters
from cloudportal.events.models import Event, MeterMark
from cloudportal.jobs import services as jobs
from compute import queries
from compute.models import AttachedIso, Instance
from compute.services import instances
from compute.services.instances import MoveValues
from storage.models import TemplateGrant
from tenants.membership import caller_in_project
from tenants.models import Counter
from tenants.resources import Resource
from tests.support.factories import account_of, caller_for, make_account, make_domain, make_project, used_by
from tests.support.factories_compute import deployed, fresh, stopped
from tests.support.factories_infra import make_iso, make_network
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db

COUNTED = (
    Resource.INSTANCES,
    Resource.CPUS,
    Resource.MEMORY_MIB,
    Resource.VOLUMES,
    Resource.PRIMARY_STORAGE_GIB,
    Resource.ADDRESSES,
)


@pytest.fixture
def instance(cloud, tenant):
    return stopped(cloud, tenant)


@pytest.fixture
def target(tenant):
    """An account beside the tenant's."""
    return make_account(account_of(tenant).domain)


def used(account):
    return {one: used_by(account, one) for one in COUNTED}


def move(caller, instance, **values):
    return instances.move(caller, fresh(instance), MoveValues(**values))


def test_everything_goes_along_and_is_counted_and_metered_there(instance, tenant, root, target):
    source, nothing = account_of(tenant), used(target)
    before, domain = used(source), used(source.domain)
    address = instance.nics.all()[0].address
    moved = fresh(move(root, instance, account=target.uuid))
    assert moved.account == target
    assert moved.attachments.all()[0].volume.account == target
    assert (moved.nics.all()[0].address, moved.nics.all()[0].address.account) == (address, target)
    assert (used(source), used(target), used(source.domain)) == (nothing, before, domain)
    volume = moved.attachments.all()[0].volume
    for meter, subject in (
        (meters.ALLOCATED_INSTANCE, moved),
        (meters.VOLUME, volume),
        (meters.ADDRESS, address),
    ):
        stop, start = MeterMark.objects.filter(meter=meter, subject_uuid=subject.uuid).order_by("-id")[:2][
            ::-1
        ]
        assert (stop.account_uuid, start.account_uuid) == (source.uuid, target.uuid)
        assert (stop.starts, start.starts, stop.at) == (False, True, start.at)
        assert start.quantities
    assert run_job(instances.start(caller_for(target), moved)).state == "done"


def test_the_old_owner_has_lost_sight_of_it_and_both_are_told(instance, tenant, root, target):
    move(root, instance, account=target.uuid)
    with pytest.raises(NotFound):
        queries.instance_for(tenant, instance.uuid)
    assert queries.instance_for(caller_for(target), instance.uuid)
    told = Event.objects.filter(type="VM.MOVE").values_list("account_uuid", flat=True)
    assert set(told) == {account_of(tenant).uuid, target.uuid}


def test_a_member_takes_an_instance_into_a_project_and_back(instance, tenant):
    project = make_project(tenant)
    inside = caller_in_project(tenant, project)
    move(tenant, instance, project=project.uuid)
    assert fresh(instance).account == project.account
    with pytest.raises(NotFound):
        queries.instance_for(tenant, instance.uuid)
    move(inside, queries.instance_for(inside, instance.uuid), account=tenant.owner.account_uuid)
    assert fresh(instance).account == account_of(tenant)


def test_what_the_target_may_not_have_any_more_stays_where_it_is(instance, tenant, root, target):
    Counter.objects.filter(level="account", owner_id=target.pk, resource=Resource.MEMORY_MIB).update(
        maximum=1
    )
    before = used(account_of(tenant))
    with pytest.raises(LimitReached):
        move(root, instance, account=target.uuid)
    assert fresh(instance).account == account_of(tenant)
    assert used(account_of(tenant)) == before


def test_nobody_moves_to_whom_they_do_not_reach(instance, tenant, target):
    stranger = make_project()
    for values in ({"account": target.uuid}, {"project": stranger.uuid}):
        with pytest.raises(NotFound):
            move(tenant, instance, **values)
    outside = caller_in_project(tenant, make_project(tenant))
    with pytest.raises(NotFound):
        instances.move(outside, fresh(instance), MoveValues(account=target.uuid))


def test_a_member_who_may_not_deploy_in_a_project_moves_nothing_into_it(instance, tenant):
    project = make_project(tenant)
    member = project.members.get()
    member.role = project.roles.create(name="Reader")
    member.role.rules.create(position=0, pattern="*.read", allows=True)
    member.save()
    with pytest.raises((NotPermitted, NotFound)):
        move(tenant, instance, project=project.uuid)


@pytest.mark.parametrize("values", [{}, {"account": "x", "project": "y"}])
def test_one_target_must_be_named(instance, root, values):
    with pytest.raises(InvalidInput) as refusal:
        move(root, instance, **values)
    assert "account" in refusal.value.fields


def test_what_a_host_still_knows_of_is_moved_nowhere(cloud, instance, tenant, root, target):
    run_job(instances.start(tenant, instance))
    cloud.world.inject(Fault(operation="remove_guest", kind=FaultKind.FAIL, error="refused", count=None))
    run_job(instances.stop(tenant, fresh(instance)))
    cloud.world.clear_faults()
    assert (fresh(instance).state, fresh(instance).host is None) == ("stopped", False)
    elsewhere = make_network(cloud.zone, settings=cloud.network.settings)
    for values in ({}, {"networks": (elsewhere.uuid,)}):
        with pytest.raises(Conflict) as refusal:
            move(root, instance, account=target.uuid, **values)
        assert "Start it and stop it again" in refusal.value.detail
    assert fresh(instance).account == account_of(tenant)
    run_job(instances.start(tenant, fresh(instance)))
    run_job(instances.stop(tenant, fresh(instance)))
    assert move(root, instance, account=target.uuid).account == target


def test_it_is_not_moved_to_where_it_is(instance, tenant, root):
    with pytest.raises(InvalidInput) as refusal:
        move(root, instance, account=tenant.owner.account_uuid)
    assert "there already" in refusal.value.fields["account"][0]


def test_a_running_instance_is_not_moved(cloud, tenant, root, target):
    with pytest.raises(WrongState):
        move(root, deployed(cloud, tenant), account=target.uuid)


def test_what_a_job_has_is_not_moved(instance, tenant, root, target):
    instances.start(tenant, fresh(instance))
    Instance.objects.update(state="stopped")
    with pytest.raises(Busy):
        move(root, instance, account=target.uuid)


def test_a_volume_that_a_job_has_keeps_all_of_it_where_it_is(instance, tenant, root, target):
    volume = instance.attachments.all()[0].volume
    jobs.submit(
        tenant,
        "volume.create",
        jobs.Subject.of(volume),
        owner=tenant.owner,
        holds=[jobs.hold_of(volume)],
    )
    with pytest.raises(Busy):
        move(root, instance, account=target.uuid)
    assert fresh(instance).account == account_of(tenant)


def test_networks_of_the_old_owner_are_left_for_others(cloud, tenant, root, target):
    world = {"world": str(cloud.world.path), "place": "own"}
    own = make_network(cloud.zone, account=account_of(tenant), settings=world, cidr="10.8.0.0/24")
    instance = stopped(cloud, tenant, networks=(own.uuid,))
    with pytest.raises(InvalidInput) as refusal:
        move(root, instance, account=target.uuid)
    assert own.name in refusal.value.fields["networks"][0]
    move(root, instance, account=target.uuid, networks=(cloud.network.uuid,))
    (nic,) = fresh(instance).nics.all()
    assert (nic.network, nic.address.account) == (cloud.network, target)
    assert not own.addresses.exclude(state="free").exists()
    assert used(target)[Resource.ADDRESSES] == 1


def test_the_plan_names_what_goes_along(instance, root, target):
    plan = plans.planned(lambda: move(root, instance, account=target.uuid))
    said = " ".join(one["sentence"] for one in plan.effects)
    assert instance.name in said
    assert target.name in said
    assert instance.attachments.all()[0].volume.name in said


def test_a_domain_admin_moves_within_the_domain_only(instance, target, tenant):
    admin = caller_for(make_account(account_of(tenant).domain, "Domain Admin"))
    with pytest.raises(NotFound):
        move(admin, instance, account=make_account(make_domain()).uuid)
    move(admin, instance, account=target.uuid)
    assert fresh(instance).account == target


def test_a_size_that_the_target_is_not_offered_keeps_it_where_it_is(instance, root, target):
    offering = instance.offering
    offering.is_domain_bound = True
    offering.save()
    with pytest.raises(InvalidInput) as refusal:
        move(root, instance, account=target.uuid)
    assert offering.name in refusal.value.fields["account"][0]
    offering.domains.add(target.domain)
    assert move(root, instance, account=target.uuid).account == target


def test_an_iso_that_the_target_may_not_use_stays_behind(instance, tenant, root, target):
    iso = make_iso(account_of(tenant), is_public=False)
    AttachedIso.objects.create(instance=instance, template=iso)
    plan = plans.planned(lambda: move(root, instance, account=target.uuid))
    assert f"The ISO {iso.name} stays behind" in " ".join(one["sentence"] for one in plan.effects)
    move(root, instance, account=target.uuid)
    assert not AttachedIso.objects.exists()


@pytest.mark.parametrize("is_public", [True, False])
def test_an_iso_that_the_target_may_use_goes_along(instance, tenant, root, target, is_public):
    iso = make_iso(account_of(tenant), is_public=is_public)
    TemplateGrant.objects.create(template=iso, account=target)
    AttachedIso.objects.create(instance=instance, template=iso)
    move(root, instance, account=target.uuid)
    assert AttachedIso.objects.get().template == iso
