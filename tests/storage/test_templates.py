import hashlib
import io
import os
import time

import pytest

from cloudportal.core.errors import InvalidInput, LimitReached, NotFound, NotPermitted, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events.models import Event, MeterMark
from cloudportal.jobs import services as jobs
from cloudportal.jobs.run import Run
from storage import arrivals, housekeeping, images, queries, store, volume_work
from storage.connections import storage_driver
from storage.models import Template, TemplateCopy
from storage.services import registration, templates, uploads, volumes
from tenants.models import Counter
from tenants.resources import Resource
from tenants.services import limits_recount
from tests.support.factories import make_personas
from tests.support.factories_infra import (
    MIB,
    make_infrastructure,
    make_run,
    make_template,
    qcow2_bytes,
    world,
)
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sources(settings, tmp_path, monkeypatch):
    settings.STATE_DIR = tmp_path
    folder = tmp_path / "images"
    folder.mkdir()
    monkeypatch.delenv("PORTAL_TEMPLATE_SOURCES", raising=False)
    return folder


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def root(people):
    return people.root_admin


def on_disk(folder, content=None, name="small.qcow2"):
    path = folder / name
    path.write_bytes(content or qcow2_bytes())
    return str(path)


def file_of(folder, **more):
    values = {"name": "Small", "format": "qcow2", "source_file": None, **more}
    values["source_file"] = values["source_file"] or on_disk(folder)
    return registration.TemplateFile(**values)


def registered(root, folder, **more):
    template, job = registration.register(root, file_of(folder, **more))
    run_job(job)
    template.refresh_from_db()
    return template, job


def used(caller):
    rows = Counter.objects.filter(level="account", owner_id=caller.owner.account_id)
    return {row.resource: row.used for row in rows if row.used}


def marks():
    return list(MeterMark.objects.order_by("id").values_list("meter", "starts"))


def incoming():
    return sorted(path.name for path in store._incoming().iterdir())


def test_a_registered_image_lies_under_its_checksum_counted_and_metered(root, sources):
    template, job = registered(root, sources, is_public=True)
    assert (job.state, template.state) == ("done", "ready")
    assert template.checksum == hashlib.sha256(qcow2_bytes()).hexdigest()
    assert (template.size_bytes, template.virtual_size_bytes) == (len(qcow2_bytes()), 64 * MIB)
    assert store.path_of(template.checksum).read_bytes() == qcow2_bytes()
    assert incoming() == []
    assert used(root) == {"templates": 1, "secondary_storage_gib": 1}
    assert marks() == [("template", True)]


@pytest.mark.parametrize("who", ["read_only_admin", "domain_admin", "user"])
def test_only_root_admins_register_files_of_the_server(people, sources, who):
    with pytest.raises(NotPermitted):
        registration.register(getattr(people, who), file_of(sources))


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("source_file", {"source_file": "/etc/passwd"}),
        ("format", {"format": "auto"}),
        ("format", {"format": "vmdk"}),
        ("name", {"name": ""}),
        ("os_type", {"os_type": "<script>"}),
        ("minimum_memory_mib", {"minimum_memory_mib": -1}),
    ],
)
def test_wrong_values_are_refused_by_field(root, sources, field, more):
    with pytest.raises(InvalidInput) as refusal:
        registration.register(root, file_of(sources, **more))
    assert field in refusal.value.fields
    assert not Template.objects.exists()


def test_a_crafted_image_is_refused_and_nothing_of_it_is_kept(root, sources):
    content = bytearray(qcow2_bytes())
    content[8:20] = (1024).to_bytes(8, "big") + (11).to_bytes(4, "big")
    path = on_disk(sources, bytes(content), "evil.qcow2")
    template, job = registered(root, sources, source_file=path)
    assert (job.state, template.state, template.checksum) == ("failed", "error", "")
    assert "backing file" in job.message
    assert (store.checksums(), incoming()) == ([], [])
    assert used(root) == {"templates": 1}
    assert marks() == []


def test_a_qcow2_image_registered_as_raw_is_refused(root, sources):
    _, job = registered(root, sources, format="raw")
    assert job.message_code == "invalid-input"


def test_a_failed_registration_can_be_tried_again(root, sources):
    path = on_disk(sources, b"half an image")
    template, job = registered(root, sources, source_file=path)
    assert template.state == "error"
    on_disk(sources)
    run_job(jobs.retry(root, job))
    template.refresh_from_db()
    assert template.state == "ready"


def test_a_limit_on_secondary_storage_takes_the_image_out_again(root, sources):
    Counter.objects.filter(
        level="account", owner_id=root.owner.account_id, resource="secondary_storage_gib"
    ).update(maximum=0)
    template, job = registered(root, sources)
    assert (job.message_code, template.state) == ("limit-reached", "error")
    assert store.checksums() == []


def test_a_limit_on_templates_binds_at_once(root, sources):
    Counter.objects.filter(level="account", owner_id=root.owner.account_id, resource="templates").update(
        maximum=0
    )
    with pytest.raises(LimitReached):
        registration.register(root, file_of(sources))


def test_two_templates_may_share_an_image_and_the_last_takes_it_away(root, sources):
    first, _ = registered(root, sources, name="One")
    second, _ = registered(root, sources, name="Two")
    assert store.checksums() == [first.checksum]
    run_job(templates.delete(root, first))
    assert store.checksums() == [second.checksum]
    run_job(templates.delete(root, second))
    assert store.checksums() == []
    assert used(root) == {}


def test_tenants_see_public_templates_and_change_none_of_them(people, sources):
    public = make_template()
    private = make_template(is_public=False)
    assert list(queries.templates_for(people.user)) == [public]
    with pytest.raises(NotFound):
        queries.template_for(people.user, private.uuid)
    for who in (people.user, people.domain_admin):
        with pytest.raises(NotFound):
            queries.own_template_for(who, public.uuid)
    assert queries.own_template_for(people.root_admin, public.uuid) == public


def test_featured_templates_come_first(people):
    make_template(name="A")
    featured = make_template(name="B", is_featured=True)
    assert queries.templates_for(people.user).first() == featured


def test_publishing_is_for_root_admins(people):
    template = make_template(is_public=False)
    with pytest.raises(NotPermitted):
        templates.publish(people.user, template, is_public=True)
    templates.publish(people.root_admin, template, is_public=True, is_featured=True)
    assert queries.template_for(people.user, template.uuid).is_featured


def test_an_edit_records_before_and_after(root):
    template = make_template(name="Old")
    templates.update(root, template, templates.TemplateChanges(name="New", os_type="Debian 12"))
    event = Event.objects.get(type="TEMPLATE.UPDATE")
    assert (event.before["name"], event.after["name"]) == ("Old", "New")


@pytest.fixture
def infra():
    return make_infrastructure()


def volume_on(infra, caller):
    volume = volumes.allocate_root(caller, infra.zone, infra.template, name="root")
    run = make_run(volume)
    volume_work.choose_pool(run, volume, host=infra.host)
    volume_work.ensure_image_on_pool(run, volume)
    volume_work.record_volume(run, volume, volume_work.ensure_volume(run, volume))
    return volume, run


def image_on(pool, template):
    with storage_driver(pool) as driver:
        return driver.find_image(images.image_id_of(template.checksum))


def test_a_deleted_template_leaves_pools_that_need_it_no_more(people, infra):
    volume, run = volume_on(infra, people.user)
    volume_work.remove_volume(run, volume)
    volume_work.record_removed(run, volume)
    run_job(templates.delete(people.root_admin, infra.template))
    assert image_on(infra.pool, infra.template) is None
    assert not TemplateCopy.objects.exists()


def test_an_image_that_volumes_stand_on_stays_until_they_are_gone(people, infra):
    volume, run = volume_on(infra, people.user)
    job = run_job(templates.delete(people.root_admin, infra.template))
    assert job.state == "done"
    assert image_on(infra.pool, infra.template) is not None
    assert housekeeping.clear_images() == 0
    volume_work.remove_volume(run, volume)
    volume_work.record_removed(run, volume)
    assert housekeeping.clear_images() == 1
    assert image_on(infra.pool, infra.template) is None


def test_a_pool_that_is_away_keeps_the_template_until_it_is_back(people, infra, settings):
    settings.JOB_STEP_TRIES = 1
    volume, run = volume_on(infra, people.user)
    volume_work.remove_volume(run, volume)
    volume_work.record_removed(run, volume)
    place = infra.pool.settings["place"]
    world().inject(Fault(operation="remove_image", kind=FaultKind.FAIL, place=place))
    run_job(templates.delete(people.root_admin, infra.template))
    infra.template.refresh_from_db()
    assert infra.template.state == "error"
    run_job(templates.delete(people.root_admin, infra.template))
    infra.template.refresh_from_db()
    assert infra.template.state == "deleted"


def test_housekeeping_takes_old_files_that_no_template_has(infra):
    orphan = store.path_of("a" * 64)
    orphan.write_bytes(b"x")
    assert housekeeping.clear_images() == 0
    old = time.time() - housekeeping.ORPHAN_SECONDS - 1
    os.utime(orphan, (old, old))
    os.utime(store.path_of(infra.template.checksum), (old, old))
    assert housekeeping.clear_images() == 1
    assert store.checksums() == [infra.template.checksum]


def test_the_recount_agrees_after_all_that(root, sources):
    registered(root, sources)
    registered(root, sources, source_file=on_disk(sources, b"no image", "x"))
    gone, _ = registered(root, sources)
    run_job(templates.delete(root, gone))
    assert limits_recount.find_drift([Resource.TEMPLATES, Resource.SECONDARY_STORAGE_GIB]) == []


def test_housekeeping_leaves_images_on_pools_that_do_not_answer(people, infra):
    volume, run = volume_on(infra, people.user)
    run_job(templates.delete(people.root_admin, infra.template))
    volume_work.remove_volume(run, volume)
    volume_work.record_removed(run, volume)
    place = infra.pool.settings["place"]
    world().inject(Fault(operation="remove_image", kind=FaultKind.FAIL, place=place))
    assert housekeeping.clear_images() == 0
    assert TemplateCopy.objects.count() == 1
    assert housekeeping.clear_images() == 1


def test_a_pool_that_says_that_an_image_is_needed_keeps_it(people, infra):
    volume, run = volume_on(infra, people.user)
    volume_work.remove_volume(run, volume)
    volume_work.record_removed(run, volume)
    place = infra.pool.settings["place"]
    world().inject(Fault(operation="remove_image", kind=FaultKind.FAIL, error="refused", place=place))
    assert run_job(templates.delete(people.root_admin, infra.template)).state == "done"
    assert TemplateCopy.objects.count() == 1


def test_a_deletion_that_failed_can_be_tried_again(people, infra, settings):
    settings.JOB_STEP_TRIES = 1
    volume, run = volume_on(infra, people.user)
    volume_work.remove_volume(run, volume)
    volume_work.record_removed(run, volume)
    place = infra.pool.settings["place"]
    world().inject(Fault(operation="remove_image", kind=FaultKind.FAIL, place=place))
    job = run_job(templates.delete(people.root_admin, infra.template))
    assert job.state == "failed"
    assert run_job(jobs.retry(people.root_admin, job)).state == "done"


def test_a_template_that_is_being_deleted_takes_no_other_image(root, sources, settings, monkeypatch):
    settings.JOB_STEP_TRIES = 1
    template, fetching = registered(root, sources, source_file=on_disk(sources, b"no image", "late"))
    assert fetching.state == "failed"
    on_disk(sources, qcow2_bytes(), "late")
    retried = run_job(jobs.retry(root, fetching))
    template.refresh_from_db()
    assert (retried.state, template.state) == ("done", "ready")
    with monkeypatch.context() as broken:
        broken.setattr(store, "remove", full)
        assert run_job(templates.delete(root, template)).state == "failed"
    template.refresh_from_db()
    for again in (lambda: registration.upload_again(root, template), lambda: jobs.retry(root, fetching)):
        with pytest.raises(WrongState, match="Delete it again"):
            again()
    assert run_job(templates.delete(root, template)).state == "done"
    assert limits_recount.find_drift([Resource.TEMPLATES, Resource.SECONDARY_STORAGE_GIB]) == []


def test_a_late_clean_up_takes_no_image_that_a_template_got_since(root, sources, settings, monkeypatch):
    settings.JOB_STEP_TRIES = 1
    with monkeypatch.context() as broken:
        broken.setattr(arrivals, "discard", full)
        template, job = registered(root, sources)
    assert (job.state, template.state, template.checksum) == ("failed", "error", "")
    ticket = registration.upload_again(root, template)
    uploads.append(ticket.upload, io.BytesIO(qcow2_bytes(salt=b"sent")), offset=0)
    assert run_job(uploads.finish(ticket.upload)).state == "done"
    assert run_job(jobs.resume(root, job)).cursor == 0
    template.refresh_from_db()
    assert (template.state, store.checksums()) == ("ready", [template.checksum])
    assert limits_recount.find_drift([Resource.TEMPLATES, Resource.SECONDARY_STORAGE_GIB]) == []


def full(*args, **options):
    raise OSError(28, "No space left on device")


def test_progress_is_shown_while_an_image_comes_in(root, sources, monkeypatch):
    monkeypatch.setattr(arrivals, "PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr(store, "CHUNK_BYTES", 65536)
    shown = []
    monkeypatch.setattr(Run, "show_progress", lambda run, fraction, *, steps: shown.append(fraction))
    registered(root, sources)
    assert shown == [0.25, 0.5, 0.75, 1.0]


def test_a_server_without_space_says_so(root, sources, monkeypatch):
    monkeypatch.setattr(store, "receive", full)
    template, job = registered(root, sources)
    assert template.state == "error"
    assert "No space left" in job.message
