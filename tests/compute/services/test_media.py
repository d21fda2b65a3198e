"""ISOs in the drives of instances, and instances that start from one."""

import io

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, WrongState
from cloudportal.core.plans import planned
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.jobs import services as jobs
from compute.models import AttachedIso
from compute.services import instances
from compute.services.instances import media
from compute.topology.connections import compute_driver
from compute.workflows.subjects import disk_of
from storage import housekeeping, store
from storage.models import Pool, Template, TemplateCopy
from storage.services import registration, templates, uploads
from storage.services.registration import TemplateUpload
from tests.support.clients import RestClient
from tests.support.discs import iso_bytes
from tests.support.factories import account_of, make_caller
from tests.support.factories_compute import deployed, fresh, stopped, submit_deployment
from tests.support.factories_infra import make_disk_offering, make_iso
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def iso():
    return make_iso()


def in_drive(instance):
    with compute_driver(instance.host) as driver:
        return driver.guest(instance.uuid).media


def attached(caller, instance, iso):
    job = run_job(media.attach(caller, instance, iso.uuid))
    assert job.state == "done", job.message
    return fresh(instance)


def test_an_iso_goes_into_the_drive_of_a_running_instance_and_comes_out(tenant, instance, iso):
    with_iso = attached(tenant, instance, iso)
    assert in_drive(with_iso) == with_iso.iso.locator
    assert with_iso.iso.template == iso
    run_job(media.detach(tenant, with_iso))
    assert in_drive(fresh(instance)) is None
    assert not AttachedIso.objects.exists()


def test_a_stopped_instance_gets_it_when_it_starts_and_keeps_it(cloud, tenant, iso):
    instance = attached(tenant, stopped(cloud, tenant), iso)
    assert instance.iso.locator == ""
    run_job(instances.start(tenant, instance))
    assert in_drive(fresh(instance)) == fresh(instance).iso.locator
    run_job(instances.stop(tenant, fresh(instance)))
    run_job(instances.start(tenant, fresh(instance)))
    assert in_drive(fresh(instance))


def test_one_drive_holds_one_iso(tenant, instance, iso):
    attached(tenant, instance, iso)
    with pytest.raises(Conflict):
        media.attach(tenant, fresh(instance), make_iso().uuid)


def test_only_what_is_an_iso_that_one_may_use_and_is_ready_goes_in(cloud, tenant, instance):
    with pytest.raises(InvalidInput):
        media.attach(tenant, instance, cloud.template.uuid)
    with pytest.raises(NotFound):
        media.attach(tenant, instance, make_iso(is_public=False).uuid)
    mine = make_iso(account_of(tenant), state="error")
    with pytest.raises(WrongState):
        media.attach(tenant, instance, mine.uuid)


@pytest.mark.parametrize("state", ["evacuating", "disabled", "maintenance"])
def test_no_iso_goes_in_where_the_storage_of_the_root_disk_takes_nothing_new(
    cloud, tenant, instance, iso, state
):
    Pool.objects.filter(pk=cloud.pool.pk).update(state=state)
    with pytest.raises(Conflict, match="takes nothing new") as refusal:
        media.attach(tenant, instance, iso.uuid)
    assert state in refusal.value.detail
    assert not AttachedIso.objects.exists()


def test_an_empty_drive_has_nothing_to_take_out(tenant, instance):
    with pytest.raises(Conflict):
        media.detach(tenant, instance)


def test_an_iso_that_is_in_a_drive_is_not_deleted(tenant, instance):
    mine = make_iso(account_of(tenant), is_public=False)
    attached(tenant, instance, mine)
    with pytest.raises(Conflict) as refusal:
        templates.delete(tenant, mine)
    assert "1 instances" in refusal.value.detail
    run_job(media.detach(tenant, fresh(instance)))
    mine.refresh_from_db()
    assert run_job(templates.delete(tenant, mine)).state == "done"


def test_the_copy_of_an_iso_that_is_in_a_drive_is_not_aged_out(tenant, instance, iso):
    attached(tenant, instance, iso)
    TemplateCopy.objects.update(used_at="2020-01-01T00:00:00Z")
    housekeeping.clear_images()
    assert TemplateCopy.objects.filter(checksum=iso.checksum).exists()
    run_job(media.detach(tenant, fresh(instance)))
    housekeeping.clear_images()
    assert not TemplateCopy.objects.filter(checksum=iso.checksum).exists()


def test_where_the_host_refuses_the_drive_stays_empty(cloud, tenant, instance, iso):
    cloud.world.inject(Fault(operation="change_media", kind=FaultKind.FAIL, error="refused", count=1))
    job = run_job(media.attach(tenant, instance, iso.uuid))
    assert job.state == "failed"
    assert not AttachedIso.objects.exists()
    assert in_drive(fresh(instance)) is None


def test_an_instance_starts_from_an_iso_with_an_empty_disk(cloud, tenant, iso):
    instance = deployed(cloud, tenant, template=iso.uuid, root_size_gib=2)
    root = instance.attachments.get(device_index=0).volume
    assert (root.template, root.size_bytes) == (None, 2 * 1024**3)
    assert in_drive(instance) == instance.iso.locator
    assert instance.template == iso


def test_an_empty_disk_may_be_of_an_offering(cloud, tenant, iso):
    offering = make_disk_offering(size_gib=3, read_iops=100)
    plan = planned(
        lambda: submit_deployment(cloud, tenant, template=iso.uuid, root_disk_offering=offering.uuid)
    )
    assert f"Its empty disk is of the offering {offering.name}." in [one["sentence"] for one in plan.effects]
    instance = deployed(cloud, tenant, template=iso.uuid, root_disk_offering=offering.uuid)
    root = instance.attachments.get()
    assert (root.volume.offering, root.volume.size_bytes) == (offering, 3 * 1024**3)
    assert disk_of(root).limits.read_iops == 100


@pytest.mark.parametrize(
    ("terms", "size_gib", "field"),
    [
        ({"size_gib": 3}, 2, "root_size_gib"),
        ({"size_gib": None}, None, "root_size_gib"),
        ({"size_gib": 3, "is_active": False}, None, "root_disk_offering"),
    ],
)
def test_an_offering_of_an_empty_disk_keeps_its_terms(cloud, root, iso, terms, size_gib, field):
    offering = make_disk_offering(**terms)
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(
            cloud, root, template=iso.uuid, root_disk_offering=offering.uuid, root_size_gib=size_gib
        )
    assert list(refusal.value.fields) == [field]


def test_a_template_brings_its_own_disk(cloud, tenant):
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(cloud, tenant, root_disk_offering=make_disk_offering().uuid)
    assert "choose an ISO" in refusal.value.fields["root_disk_offering"][0]


def test_an_empty_disk_has_the_size_that_is_said(cloud, tenant, iso):
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(cloud, tenant, template=iso.uuid)
    assert "root_size_gib" in refusal.value.fields
    Template.objects.filter(pk=iso.pk).update(minimum_disk_gib=3)
    with pytest.raises(InvalidInput):
        submit_deployment(cloud, tenant, template=iso.uuid, root_size_gib=2)


def test_nothing_starts_from_a_disc_that_does_not(cloud, tenant):
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(cloud, tenant, template=make_iso(is_bootable=False).uuid, root_size_gib=1)
    assert "template" in refusal.value.fields


def test_a_template_may_ask_for_a_larger_disk_than_its_image(cloud, tenant):
    Template.objects.filter(pk=cloud.template.pk).update(minimum_disk_gib=4)
    instance = deployed(cloud, tenant)
    assert instance.attachments.get(device_index=0).volume.size_bytes == 4 * 1024**3


def test_an_expunged_instance_lets_go_of_its_iso(cloud, tenant, iso):
    instance = deployed(cloud, tenant, template=iso.uuid, root_size_gib=1)
    run_job(instances.destroy(tenant, instance, expunge=True))
    assert not AttachedIso.objects.exists()


def test_the_plan_says_when_the_guest_sees_it(tenant, instance, iso):
    plan = planned(lambda: media.attach(tenant, instance, iso.uuid))
    assert [one["sentence"] for one in plan.effects if one["kind"] == "attach"] == [
        f"Puts {iso.name} into the drive of {instance.name}; it sees it at once."
    ]
    assert not AttachedIso.objects.exists()


def test_over_rest(tenant, instance, iso):
    rest = RestClient(tenant)
    assert rest.post(f"instances/{instance.uuid}/attach-iso/", {"iso": str(iso.uuid)}).status_code == 202
    assert rest.get(f"instances/{instance.uuid}/").json()["iso"]["name"] == iso.name
    strange = make_caller()
    assert RestClient(strange).post(f"instances/{instance.uuid}/detach-iso/").status_code == 404


def test_an_iso_that_came_in_and_is_used_since_is_not_deleted_by_another_try(
    tenant, root, instance, monkeypatch, settings
):
    settings.JOB_STEP_TRIES = 1
    wish = TemplateUpload(name="disc", format="iso", kind="iso")
    iso, _ = registration.upload(tenant, wish)
    with monkeypatch.context() as broken:
        broken.setattr(store, "discard_incoming", lambda owner: 1 / 0)
        job = run_job(templates.delete(tenant, iso))
    assert job.state == "failed"
    ticket = registration.upload_again(tenant, Template.objects.get(pk=iso.pk))
    uploads.append(ticket.upload, io.BytesIO(iso_bytes()), offset=0)
    assert run_job(uploads.finish(ticket.upload)).state == "done"
    attached(tenant, instance, iso)
    with pytest.raises(Conflict, match="in the drive of 1 instances"):
        jobs.retry(root, job)
