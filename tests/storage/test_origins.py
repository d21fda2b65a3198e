"""What may not be taken out of a template may not be taken out of what was made of it, however often it is copied."""

import pytest

from cloudportal.core.errors import Conflict
from compute.services import volume_copies
from compute.services.volume_copies import CloneValues
from storage import queries
from storage.models import Template
from storage.services import exports, snapshots, template_making, templates
from storage.services.exports import NewExport
from storage.services.snapshots import NewSnapshot
from storage.services.template_making import NewTemplate
from storage.services.templates import TemplateChanges
from tests.support.factories import make_personas
from tests.support.factories_compute import deployed, make_cloud, stopped
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def root_disk(cloud, people):
    return stopped(cloud, people.user).attachments.get().volume


def made(result):
    """What a service promised, once its job has made it."""
    row, job = result
    assert run_job(job).state == "done", job.message
    row.refresh_from_db()
    return row


def template_of(caller, volume, name="copy"):
    return made(template_making.of_volume(caller, volume, NewTemplate(name=name)))


def test_a_template_of_a_sealed_root_disk_is_sealed_for_its_owner_too(cloud, people, root_disk):
    template = template_of(people.user, root_disk)
    assert (template.is_extractable, template.origin) == (False, cloud.template)
    for refused in (
        lambda: templates.extract(people.user, template),
        lambda: templates.update(people.user, template, TemplateChanges(is_extractable=True)),
    ):
        with pytest.raises(Conflict):
            refused()
    assert templates.extract(people.root_admin, template)
    Template.objects.filter(pk=cloud.template.pk).update(is_extractable=True)
    assert templates.extract(people.user, Template.objects.get(pk=template.pk))


def test_no_copy_of_a_copy_loses_it(cloud, people, root_disk):
    user = people.user
    clone = made(volume_copies.clone(user, root_disk, CloneValues(name="clone")))
    snapshot = made(snapshots.take(user, NewSnapshot(volume_uuid=root_disk.uuid)))
    of_snapshot = made(template_making.of_snapshot(user, snapshot, NewTemplate(name="of the snapshot")))
    again = deployed(cloud, user, template=template_of(user, clone).uuid).attachments.get().volume
    assert {clone.origin, snapshot.origin, of_snapshot.origin} == {cloud.template}
    for volume in (clone, again):
        with pytest.raises(Conflict):
            exports.begin(user, NewExport(volume_uuid=volume.uuid))


def test_what_began_empty_or_as_ones_own_is_ones_own(cloud, people, root_disk):
    Template.objects.filter(pk=cloud.template.pk).update(account_id=root_disk.account_id)
    volume = queries.volume_for(people.user, root_disk.uuid)
    assert templates.extract(people.user, template_of(people.user, volume))
