"""Rows of templates as workflows and regular work need them: which images are wanted, and how one ends."""

from cloudportal.core import clock
from cloudportal.events import meters, records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from storage import states
from storage.amounts import gib_of
from storage.models import Pool, Template, Volume
from tenants.services import limits
from tenants.services.limits import Resource


def is_wanted(checksum: str, *, but_for: Template | None = None) -> bool:
    """True while a template that is not deleted has this image."""
    rows = Template.objects.filter(checksum=checksum).exclude(state=states.DELETED)
    return (rows.exclude(pk=but_for.pk) if but_for else rows).exists()


def is_stood_on(checksum: str, pool: Pool) -> bool:
    """True while a volume that was or is being made from this image is on the pool, or might go there."""
    rows = Volume.objects.filter(template__checksum=checksum).exclude(state=states.DELETED)
    return rows.filter(pool=pool).exists() or rows.filter(pool=None, zone_id=pool.zone_id).exists()


def record_ready(run: Run, template: Template) -> None:
    """The template may be used; its image is counted and metered from now on. Raises LimitReached."""
    account = template.account
    limits.reserve(account, {Resource.SECONDARY_STORAGE_GIB: gib_of(template.size_bytes)})
    states.TEMPLATE.move(template, "ready")
    quantities = {"size_bytes": template.size_bytes, "virtual_size_bytes": template.virtual_size_bytes}
    meters.start(meters.TEMPLATE, template, account.owner, quantities, at=clock.now())
    about = About.of(template, account.owner)
    records.completed(run.job.caller, "TEMPLATE.CREATE", about, job_uuid=run.job.uuid)


def record_removed(run: Run, template: Template) -> None:
    """The template is deleted: its limits and its meter end."""
    account = template.account
    states.TEMPLATE.move(template, "deleted")
    # A template whose image never came in whole has no size, and none of it was counted.
    limits.release(
        account, {Resource.TEMPLATES: 1, Resource.SECONDARY_STORAGE_GIB: gib_of(template.size_bytes)}
    )
    meters.stop(meters.TEMPLATE, template, account.owner)
    about = About.of(template, account.owner)
    records.completed(run.job.caller, "TEMPLATE.DELETE", about, job_uuid=run.job.uuid)
