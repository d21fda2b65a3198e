"""Volumes on their way out: copied at rest and under a running guest, converted, taken once, and cleared away."""

import hashlib
import subprocess
from datetime import timedelta

import pytest
from django.test import Client

from cloudportal.core import clock, plans
from cloudportal.core.errors import Busy, Conflict, InvalidInput, NotFound, WrongState
from cloudportal.events.models import Event
from storage import conversion, recounts, store
from storage.models import Download, Template, VolumeExport
from storage.services import exports, volumes
from storage.services.exports import NewExport
from storage.transfers import download_address
from tenants.resources import Resource
from tests.support.factories import account_of, caller_for, make_account, make_personas, used_by
from tests.support.factories_compute import deployed, make_cloud
from tests.support.factories_infra import MIB, make_volume_export
from tests.support.factories_volumes import make_volume
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db
SECONDARY = Resource.SECONDARY_STORAGE_GIB


@pytest.fixture
def user():
    return make_personas().user


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def volume(cloud, user):
    return make_volume(cloud.zone, user)


def exported(caller, volume, **values):
    export, job = exports.begin(caller, NewExport(volume_uuid=volume.uuid, **values))
    assert run_job(job).state == "done", job.message
    return VolumeExport.objects.select_related("account__domain", "volume").get(pk=export.pk)


def address(link):
    return download_address(link.download.uuid, link.secret)


def content_of(answer):
    return b"".join(answer.streaming_content)


def test_a_copy_is_made_counted_and_taken_once(user, volume):
    export = exported(user, volume)
    assert used_by(account_of(user), SECONDARY) == 1
    assert recounts.secondary_storage_gib()[user.owner.account_id] == 1
    link = exports.extract(user, export)
    answer = Client().get(address(link))
    assert answer.headers["Content-Disposition"].endswith(f'{volume.name}.qcow2"')
    assert hashlib.sha256(content_of(answer)).hexdigest() == export.checksum
    assert Client().get(address(link)).status_code == 404
    assert not Download.objects.exists()


def test_a_link_that_was_begun_only_goes_on_where_it_broke_off(user, volume):
    export = exported(user, volume)
    link = exports.extract(user, export)
    Client().head(address(link))
    assert next(iter(Client().get(address(link)).streaming_content))
    assert Client().get(address(link)).status_code == 404
    rest = Client().get(address(link), headers={"Range": "bytes=1000-"})
    assert content_of(rest) == store.path_of(export.checksum).read_bytes()[1000:]
    assert Client().get(address(link), headers={"Range": "bytes=1000-"}).status_code == 404


def test_a_running_instance_goes_on_while_its_disk_is_copied(cloud, user):
    instance = deployed(cloud, user)
    Template.objects.update(is_extractable=True)
    export = exported(user, instance.attachments.get().volume)
    instance.refresh_from_db()
    assert (export.state, instance.state) == ("ready", "running")


def test_what_is_kept_goes_when_its_time_is_over(user, volume):
    export = exported(user, volume)
    link = exports.extract(user, export)
    assert exports.drop_late() == 0
    past = clock.now() - timedelta(seconds=1)
    VolumeExport.objects.update(expires_at=past)
    assert exports.drop_late() == 1
    assert not VolumeExport.objects.exists()
    assert Client().get(address(link)).status_code == 404
    assert used_by(account_of(user), SECONDARY) == 0


@pytest.mark.django_db(transaction=True)
def test_deleting_takes_the_file_unless_another_copy_is_the_same(user, volume):
    first = exported(user, volume)
    known = {"checksum": first.checksum, "size_bytes": first.size_bytes}
    second = make_volume_export(volume, **known)
    exports.delete(user, first)
    assert store.path_of(first.checksum).exists()
    exports.delete(user, second)
    assert not store.path_of(first.checksum).exists()


def test_a_copy_outlives_its_volume(user, volume):
    export = exported(user, volume)
    run_job(volumes.delete(user, volume))
    assert exports.extract(user, export).download.file_name.endswith(".qcow2")


def test_the_volume_is_held_and_the_plan_and_the_event_say_what_is_done(user, volume):
    plan = plans.planned(lambda: exports.begin(user, NewExport(volume_uuid=volume.uuid)))
    assert any("to be downloaded" in one["sentence"] for one in plan.effects)
    assert not VolumeExport.objects.exists()
    exports.begin(user, NewExport(volume_uuid=volume.uuid))
    assert Event.objects.filter(type="VOLUME.EXTRACT", subject_uuid=volume.uuid).exists()
    with pytest.raises(Busy):
        volumes.delete(user, volume)


def test_what_cannot_be_taken_out_is_refused(cloud, user, volume):
    stranger = caller_for(make_account())
    with pytest.raises(NotFound):
        exports.begin(stranger, NewExport(volume_uuid=volume.uuid))
    with pytest.raises(InvalidInput):
        exports.begin(user, NewExport(volume_uuid=volume.uuid, format="vmdk"))
    root = deployed(cloud, user).attachments.get().volume
    with pytest.raises(Conflict, match="lets nobody take it out"):
        exports.begin(user, NewExport(volume_uuid=root.uuid))


def test_what_is_being_made_is_neither_taken_nor_deleted(user, volume):
    export = make_volume_export(volume, state="creating")
    for change in (exports.extract, exports.delete):
        with pytest.raises(WrongState):
            change(user, export)


def test_qcow2_becomes_plain_sectors(tmp_path):
    image, plain = tmp_path / "image", tmp_path / "plain"
    plain.write_bytes(b"sector".ljust(MIB, b"."))
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", plain, image], check=True)
    received = conversion.qcow2_to_raw(image, on_progress=lambda fraction: None)
    assert image.read_bytes() == plain.read_bytes()
    assert received.checksum == hashlib.sha256(plain.read_bytes()).hexdigest()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["image", "plain"]


def test_what_is_no_qcow2_is_left_as_it_is(tmp_path):
    image = tmp_path / "image"
    image.write_bytes(b"x" * MIB)
    with pytest.raises(conversion.NotConverted):
        conversion.qcow2_to_raw(image, on_progress=lambda fraction: None)
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"x" * MIB]
