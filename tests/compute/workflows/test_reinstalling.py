"""Reinstalling: a new root disk for the old one, and everything as it was where that comes to nothing."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import InvalidInput, LimitReached, NotFound, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import set_reachable
from cloudportal.jobs import services as jobs
from compute import states
from compute.models import Instance
from compute.services import instances
from compute.services.instances import ReinstallValues, media
from compute.workflows.subjects import spec_of
from storage.models import Volume
from tenants.models import Counter
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import account_of, caller, make_account, make_root_admin
from tests.support.factories_compute import GIB, deployed, fresh, guests_of, stopped
from tests.support.factories_infra import make_iso, make_template, qcow2_bytes
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db


def root_of(instance):
    return fresh(instance).attachments.get(device_index=0).volume


def another_template(**values):
    size = 2 * GIB
    return make_template(virtual_size_bytes=size, content=qcow2_bytes(size, salt=b"other"), **values)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_transaction_while_a_driver_is_called")
def test_a_running_instance_runs_again_from_a_new_disk(cloud, tenant, instance):
    old, address = root_of(instance), instance.nics.get().address
    job = run_job(instances.reinstall(tenant, instance))
    run_jobs()
    new = root_of(instance)
    assert (job.state, fresh(instance).state) == ("done", states.RUNNING)
    assert new.pk != old.pk
    assert Volume.objects.get(pk=old.pk).state == "deleted"
    assert fresh(instance).nics.get().address == address
    assert [disk.locator for disk in guests_of(cloud)[instance.uuid][1].disks] == [new.locator]
    world_equals_rows(cloud)


def test_a_stopped_instance_stays_stopped_and_starts_from_the_new_disk(cloud, tenant):
    instance = stopped(cloud, tenant)
    old = root_of(instance)
    assert run_job(instances.reinstall(tenant, instance)).state == "done"
    run_jobs()
    assert (fresh(instance).state, root_of(instance).pk != old.pk) == (states.STOPPED, True)
    world_equals_rows(cloud)
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    world_equals_rows(cloud)


def test_an_instance_that_was_never_started_only_changes_its_wish(cloud, tenant):
    instance = deployed(cloud, tenant, start=False)
    template = another_template()
    wanted = ReinstallValues(template=template.uuid)
    assert run_job(instances.reinstall(tenant, instance, wanted)).state == "done"
    run_jobs()
    assert (root_of(instance).state, fresh(instance).template) == ("allocated", template)
    world_equals_rows(cloud)
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    world_equals_rows(cloud)


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_job_that_does_not_name_the_templates_finds_them_with_the_disks(
    cloud, tenant, instance, is_refused
):
    before, template = fresh(instance).template, another_template()
    job = instances.reinstall(tenant, instance, ReinstallValues(template=template.uuid))
    for name in ("old_template", "new_template"):
        del job.arguments[name]
    job.save(update_fields=["arguments"])
    if is_refused:
        cloud.world.inject(Fault(operation="ensure_guest", kind=FaultKind.FAIL, error="refused", count=1))
    assert run_job(job).state == ("failed" if is_refused else "done")
    assert fresh(instance).template == (before if is_refused else template)
    assert fresh(instance).state == states.RUNNING


def test_another_template_gives_the_disk_its_size_where_that_is_larger(cloud, tenant, instance):
    template = another_template()
    assert (
        run_job(instances.reinstall(tenant, instance, ReinstallValues(template=template.uuid))).state
        == "done"
    )
    run_jobs()
    assert (fresh(instance).template, root_of(instance).size_bytes) == (template, 2 * GIB)
    world_equals_rows(cloud)


@pytest.mark.parametrize("state", [states.RUNNING, states.STOPPED])
@pytest.mark.parametrize(
    "operation", ["ensure_image", "ensure_volume", "ensure_guest", "set_power", "remove_volume"]
)
def test_a_refusal_on_the_way_leaves_the_old_disk_where_it_was(cloud, tenant, operation, state):
    make = {states.RUNNING: deployed, states.STOPPED: stopped}[state]
    instance = make(cloud, tenant)
    old, template = root_of(instance), fresh(instance).template
    wanted = ReinstallValues(template=another_template().uuid)
    job = instances.reinstall(tenant, instance, wanted)
    fault = Fault(operation=operation, kind=FaultKind.FAIL, error="refused", count=1)
    cloud.world.inject(fault)
    job = run_job(job)
    cloud.world.clear_faults()
    run_jobs()
    if_done = {"done": (False, False), "failed": (True, True)}[job.state]
    assert (root_of(instance).pk == old.pk, fresh(instance).template == template) == if_done
    assert fresh(instance).state == state


@pytest.fixture
def from_iso(cloud, tenant):
    """An instance that runs from an ISO with an empty disk."""
    return deployed(cloud, tenant, template=make_iso().uuid, root_size_gib=2)


def boot_of(instance):
    spec = spec_of(fresh(instance))
    return spec.boot_order, spec.media is not None


@pytest.mark.parametrize(("fault", "state"), [(None, "done"), ("ensure_guest", "failed")])
def test_what_starts_from_an_iso_still_does_after_it(cloud, tenant, from_iso, fault, state):
    old = root_of(from_iso)
    job = instances.reinstall(tenant, fresh(from_iso))
    if_failed = Fault(operation=fault or "nothing", kind=FaultKind.FAIL, error="refused", count=1)
    cloud.world.inject(if_failed)
    assert run_job(job).state == state
    run_jobs()
    assert fresh(from_iso).template == from_iso.template
    assert (root_of(from_iso).pk == old.pk, root_of(from_iso).size_bytes) == (state == "failed", 2 * GIB)
    assert boot_of(from_iso) == (("cdrom", "disk"), True)
    world_equals_rows(cloud)


def test_an_instance_is_made_anew_from_the_iso_in_its_drive_and_of_a_template_again(cloud, tenant, instance):
    iso, first = make_iso(), instance.template
    run_job(media.attach(tenant, fresh(instance), iso.uuid))
    assert (
        run_job(instances.reinstall(tenant, fresh(instance), ReinstallValues(template=iso.uuid))).state
        == "done"
    )
    run_jobs()
    assert (fresh(instance).template, root_of(instance).template) == (iso, None)
    assert boot_of(instance) == (("cdrom", "disk"), True)
    job = instances.reinstall(tenant, fresh(instance), ReinstallValues(template=first.uuid))
    assert run_job(job).state == "done"
    assert (fresh(instance).template, boot_of(instance)) == (first, (("disk",), True))


def test_an_iso_must_be_one_that_starts_and_be_in_the_drive(tenant, instance, from_iso):
    run_job(media.detach(tenant, fresh(from_iso)))
    unbootable = make_iso(is_bootable=False)
    run_job(media.attach(tenant, fresh(instance), unbootable.uuid))
    for one, template, why in (
        (from_iso, None, "Attach it first"),
        (instance, unbootable.uuid, "no machine can start from"),
        (instance, make_iso().uuid, "Attach it first"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            instances.reinstall(tenant, fresh(one), ReinstallValues(template=template))
        assert why in refusal.value.fields["template"][0]
        assert fresh(one).state == states.RUNNING


def test_what_failed_leaves_nothing_behind(cloud, tenant, instance):
    job = instances.reinstall(tenant, instance)
    cloud.world.inject(Fault(operation="ensure_guest", kind=FaultKind.FAIL, error="refused", count=1))
    assert run_job(job).state == "failed"
    assert fresh(instance).state == states.RUNNING
    world_equals_rows(cloud)


def test_a_host_out_of_reach_on_the_way_can_be_cleaned_up_later(cloud, tenant, instance):
    place = instance.host.settings["place"]
    old = root_of(instance)
    job = instances.reinstall(tenant, instance, force=True)
    cloud.world.inject(Fault(operation="ensure_guest", kind=FaultKind.FAIL, error="refused", count=1))
    cloud.world.inject(
        Fault(operation="ensure_guest", kind=FaultKind.FAIL, error="unreachable", place=place, count=None)
    )
    job = run_job(job)
    assert (job.state, fresh(instance).state, root_of(instance)) == ("failed", states.STOPPED, old)
    cloud.world.clear_faults()
    run_job(jobs.resume(caller(make_root_admin()), job))
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    assert [disk.locator for disk in guests_of(cloud)[instance.uuid][1].disks] == [old.locator]


def test_a_pool_without_room_for_both_says_so(cloud, tenant, instance):
    job = instances.reinstall(tenant, instance)
    pools = type(cloud.pool).objects.filter(pk=cloud.pool.pk)
    pools.update(capacity_bytes=GIB)
    job = run_job(job)
    assert (job.state, job.message_code) == ("failed", "no-room")
    assert fresh(instance).state == states.RUNNING
    world_equals_rows(cloud)


def test_both_disks_count_until_the_old_one_is_gone(tenant, instance):
    Counter.objects.filter(owner_id=account_of(tenant).pk, resource="volumes").update(maximum=1)
    with pytest.raises(LimitReached):
        instances.reinstall(tenant, instance)
    assert fresh(instance).state == states.RUNNING
    assert Volume.objects.count() == 1


def test_an_admin_reinstalls_a_tenants_instance_on_the_tenants_account(cloud, tenant, instance):
    assert run_job(instances.reinstall(caller(make_root_admin()), instance)).state == "done"
    run_jobs()
    assert root_of(instance).account == account_of(tenant)
    world_equals_rows(cloud)


def test_a_template_must_be_there_for_the_caller_and_fit(tenant, instance):
    for template, refusal in (
        (another_template(account=make_account(), is_public=False).uuid, NotFound),
        (another_template(minimum_memory_mib=4096).uuid, InvalidInput),
        (another_template(state="error").uuid, (WrongState, NotFound)),
    ):
        with pytest.raises(refusal):
            instances.reinstall(tenant, fresh(instance), ReinstallValues(template=template))
    assert fresh(instance).state == states.RUNNING


def test_a_plan_says_what_is_lost(tenant, instance):
    plan = plans.planned(lambda: instances.reinstall(tenant, instance))
    assert any("is lost" in one["sentence"] for one in plan.effects)
    assert Volume.objects.count() == 1
    assert Instance.objects.get().state == states.RUNNING


def test_a_host_that_never_answers_leaves_it_running(cloud, tenant, instance):
    job = instances.reinstall(tenant, instance)
    set_reachable(cloud.world, instance.host.settings["place"], False)
    assert run_job(job).state == "failed"
    set_reachable(cloud.world, instance.host.settings["place"], True)
    assert fresh(instance).state in (states.RUNNING, states.STOPPED)
