"""Data volumes that come in from outside: fetched or sent, inspected, and filled; or nothing of them is kept."""

import io
from datetime import timedelta

import pytest

from cloudportal.core import clock, plans
from cloudportal.core.errors import InvalidInput, LimitReached, NotFound, WrongState
from cloudportal.events import meters
from storage import fetches, housekeeping, parts, recounts, store
from storage.connections import storage_driver
from storage.models import TemplateCopy, Upload, Volume, VolumeArrival
from storage.services import uploads, volume_arrivals, volumes
from storage.services.volume_arrivals import VolumeFile, VolumeUpload
from storage.store import Received
from tenants.resources import Resource
from tests.support.bootsectors import HEEDING
from tests.support.factories import account_of, caller_for, make_account, make_personas, used_by
from tests.support.factories_compute import make_cloud
from tests.support.factories_infra import GIB, MIB, make_disk_offering, qcow2_bytes
from tests.support.factories_volumes import sent_volume
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db
IMAGE = qcow2_bytes(salt=b"a volume")


@pytest.fixture
def user():
    return make_personas().user


@pytest.fixture
def cloud():
    return make_cloud()


def wish(cloud, kind=VolumeUpload, **values):
    known = {"offering_uuid": make_disk_offering().uuid, "name": "data", "format": "qcow2", **values}
    return kind(zone_uuid=cloud.zone.uuid, **known)


def volume_of(job):
    return Volume.objects.select_related("pool", "account__domain").get(uuid=job.subject_uuid)


def test_what_is_sent_becomes_a_volume_that_leans_on_nothing(cloud, user):
    job = run_job(sent_volume(cloud, user, IMAGE))
    volume = volume_of(job)
    assert (job.state, volume.state, volume.kind) == ("done", "ready", "data")
    with storage_driver(volume.pool) as driver:
        facts = driver.volume(volume.uuid)
    assert (facts.base_image, facts.size_bytes) == (None, 2 * GIB)
    assert meters.is_running(meters.VOLUME, volume.uuid)
    assert recounts.volumes()[user.owner.account_id] == 1
    assert parts.owners() == []


def test_the_image_is_kept_nowhere_once_the_volume_is_filled(cloud, user):
    run_job(sent_volume(cloud, user, IMAGE))
    copy = TemplateCopy.objects.get()
    assert not store.path_of(copy.checksum).exists()
    assert housekeeping.clear_images() == 1
    assert not TemplateCopy.objects.exists()


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (b"no image at all", {}),
        (IMAGE, {"format": "raw"}),
        (HEEDING.ljust(MIB, b"\0"), {"format": "qcow2"}),
        (qcow2_bytes(3 * GIB), {}),
        (IMAGE, {"checksum": f"sha256:{'0' * 64}"}),
    ],
)
def test_what_is_refused_leaves_nothing(cloud, user, content, more):
    job = run_job(sent_volume(cloud, user, content, **more))
    assert (job.state, volume_of(job).state) == ("failed", "deleted")
    assert used_by(account_of(user), Resource.VOLUMES) == 0
    assert used_by(account_of(user), Resource.PRIMARY_STORAGE_GIB) == 0
    assert (parts.owners(), VolumeArrival.objects.count()) == ([], 0)


def test_what_is_fetched_goes_through_the_one_guarded_way(cloud, user, monkeypatch):
    def fetched(url, target, **options):
        target.write_bytes(IMAGE)
        return Received(store.hashlib.sha256(IMAGE).hexdigest(), len(IMAGE))

    monkeypatch.setattr(fetches, "fetch", fetched)
    url = "https://images.example.com/data.qcow2"
    volume, job = volume_arrivals.fetch(user, wish(cloud, VolumeFile, url=url))
    assert run_job(job).state == "done"
    assert Volume.objects.get(pk=volume.pk).state == "ready"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "nfs://images/data", "https://user:word@images/x"])
def test_an_address_of_another_kind_is_refused_at_once(cloud, user, url):
    with pytest.raises(InvalidInput):
        volume_arrivals.fetch(user, wish(cloud, VolumeFile, url=url))
    assert not Volume.objects.exists()


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "http://[fe80::1]/x", "http://169.254.169.254/x"])
def test_nothing_is_fetched_from_inside(cloud, user, url):
    volume, job = volume_arrivals.fetch(user, wish(cloud, VolumeFile, url=url))
    assert run_job(job).state == "failed"
    volume.refresh_from_db()
    assert volume.state == "deleted"


def test_a_ticket_that_ends_takes_its_volume_with_it(cloud, user):
    volume, ticket = volume_arrivals.upload(user, wish(cloud))
    uploads.append(ticket.upload, io.BytesIO(IMAGE[:100]), offset=0)
    Upload.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    housekeeping.clear_uploads()
    run_jobs()
    volume.refresh_from_db()
    assert volume.state == "deleted"
    assert used_by(account_of(user), Resource.VOLUMES) == 0
    assert parts.owners() == []


def test_a_volume_that_waits_can_be_sent_again_or_deleted_and_nothing_else(cloud, user):
    volume, ticket = volume_arrivals.upload(user, wish(cloud))
    again = volume_arrivals.upload_again(user, volume)
    with pytest.raises(NotFound):
        uploads.upload_with(ticket.upload.uuid, ticket.secret)
    run_job(volumes.delete(user, volume))
    with pytest.raises(NotFound):
        uploads.upload_with(again.upload.uuid, again.secret)
    with pytest.raises(WrongState):
        volume_arrivals.upload_again(user, Volume.objects.get(pk=volume.pk))


def test_limits_are_met_before_anything_is_sent(cloud):
    caller = caller_for(make_account(maxima={Resource.PRIMARY_STORAGE_GIB: 4}))
    with pytest.raises(LimitReached):
        volume_arrivals.upload(caller, wish(cloud))
    assert not Upload.objects.exists()


def test_a_plan_makes_nothing(cloud, user):
    plan = plans.planned(lambda: volume_arrivals.upload(user, wish(cloud)))
    assert any("waits for its image" in one["sentence"] for one in plan.effects)
    assert not Volume.objects.exists()
