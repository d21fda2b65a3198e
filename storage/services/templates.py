"""Templates: edited, published, deleted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute.topology.services.rows import change, given
from storage import actions, origins, queries, states, store, template_work
from storage.models import Download, Template, TemplateGrant
from storage.services import downloads, uploads
from storage.services.downloads import Link
from storage.services.registration import checked


@dataclass(frozen=True, kw_only=True)
class TemplateChanges:
    """What its owner may change about a template; None leaves it as it is."""

    name: str | None = None
    description: str | None = None
    os_type: str | None = None
    minimum_memory_mib: int | None = None
    minimum_disk_gib: int | None = None
    is_extractable: bool | None = None
    is_dynamically_scalable: bool | None = None
    guest_data_format: str | None = None
    takes_password: bool | None = None
    login_user: str | None = None


@transaction.atomic
def update(caller: Caller, template: Template, changes: TemplateChanges) -> Template:
    """The template with the changes. For templates from `own_template_for`. Raises InvalidInput."""
    actions.UPDATE_TEMPLATE.check(caller, template)
    if changes.is_extractable and template.origin is not None:
        origins.demand_extractable(caller, template)
    # Which OS type it is follows from what its owner calls the system, which is told.
    before, after = (_without_system(one) for one in change(template, checked(given(changes))))
    about = About.of(template, template.account.owner)
    records.record(caller, "TEMPLATE.UPDATE", about, before=before, after=after)
    plans.note("update", f"Changes the template {template.name}.", before=before, after=after)
    return template


@transaction.atomic
def publish(
    caller: Caller, template: Template, *, is_public: bool | None = None, is_featured: bool | None = None
) -> Template:
    """The template is shown to everybody, or no longer; featured ones come first. What was made from it stays."""
    actions.PUBLISH_TEMPLATE.check(caller, template)
    wanted = {"is_public": is_public, "is_featured": is_featured}
    before, after = change(template, {name: value for name, value in wanted.items() if value is not None})
    about = About.of(template, template.account.owner)
    records.record(caller, "TEMPLATE.UPDATE", about, before=before, after=after)
    plans.note("publish", f"Changes who sees the template {template.name}.", before=before, after=after)
    return template


@transaction.atomic
def delete(caller: Caller, template: Template) -> Job:
    """The job that deletes a template from `own_template_for`. Instances that were made from it stay."""
    actions.DELETE_TEMPLATE.check(caller, template)
    begin_deleting(template)
    plans.note("delete", f"Deletes the template {template.name}.", noun="template")
    owner = template.account.owner
    return jobs.submit(
        caller, "template.delete", Subject.of(template), owner=owner, holds=[hold_of(template)]
    )


def begin_deleting(template: Template) -> None:
    """Nobody can use the template any more. Rows only. Raises Conflict while an instance has it in its drive."""
    demand_unattached(template)
    uploads.close_of(template.uuid)
    downloads.close_of(template.uuid)
    TemplateGrant.objects.filter(template=template).delete()
    states.TEMPLATE.move(template, "delete")


@transaction.atomic
def extract(caller: Caller, template: Template) -> Link:
    """A link to the image, good for a while, for its owners and, where it is extractable, for all who may use it.

    Raises Conflict, WrongState.
    """
    actions.EXTRACT_TEMPLATE.check(caller, template)
    if not template.is_extractable and not queries.is_own(caller, template):
        raise Conflict(f"Whoever shares {template.name} lets nobody take its image out. Ask them for it.")
    if template.origin is not None:
        origins.demand_extractable(caller, template)
    plans.note("extract", f"Makes a link to the image of {template.name}.", noun="template")
    return downloads.open_for(caller, "template", template, extension=template.format)


def demand_unattached(template: Template) -> None:
    """Returns when no instance has it in its drive, else raises Conflict."""
    # Locked, so that a drive that takes it at this moment and this see each other.
    Template.objects.select_for_update().get(pk=template.pk)
    count = template_work.attached_count(template)
    if count:
        raise Conflict(f"{template.name} is in the drive of {count} instances. Detach it there first.")


def _without_system(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "system"}


def _image(download: Download) -> Path | None:
    checksum = Template.objects.filter(uuid=download.subject_uuid, state=states.READY).values_list(
        "checksum", flat=True
    )
    found = checksum.first()
    return store.path_of(found) if found else None


downloads.offer("template", _image)
