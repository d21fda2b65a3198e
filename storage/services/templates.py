"""Templates: registered from files, edited, published, deleted."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute.topology.services.rows import change, given
from storage import actions, sources, states
from storage.guest_terms import checked_terms
from storage.inspection import FORMATS
from storage.models import Template
from tenants.models import Account
from tenants.services import limits
from tenants.services.limits import Resource


@dataclass(frozen=True, kw_only=True)
class TemplateFile:
    """An image on the server that is to become a template. `format` is what it is; it is never guessed."""

    name: str
    format: str
    source_file: str
    description: str = ""
    os_type: str = ""
    minimum_memory_mib: int = 0
    guest_data_format: str = ""
    takes_password: bool = False
    login_user: str = "root"
    is_public: bool = False
    is_featured: bool = False


@dataclass(frozen=True, kw_only=True)
class TemplateChanges:
    """What its owner may change about a template; None leaves it as it is."""

    name: str | None = None
    description: str | None = None
    os_type: str | None = None
    minimum_memory_mib: int | None = None
    guest_data_format: str | None = None
    takes_password: bool | None = None
    login_user: str | None = None


@transaction.atomic
def register(caller: Caller, values: TemplateFile) -> tuple[Template, Job]:
    """A template of the caller's account, and the job that copies, inspects and stores its image.

    Raises InvalidInput, LimitReached. An image that is not what it was registered as fails the job.
    """
    actions.REGISTER_TEMPLATE_FILE.permit(caller)
    if values.is_public or values.is_featured:
        actions.PUBLISH_TEMPLATE.permit(caller)
    path = sources.source_file(values.source_file)
    if values.format not in FORMATS:
        raise InvalidInput.of("format", f"Choose one of {', '.join(FORMATS)}.")
    words = _checked({"name": values.name, "description": values.description, "os_type": values.os_type})
    terms = checked_terms({"guest_data_format": values.guest_data_format, "login_user": values.login_user})
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    limits.reserve(account, {Resource.TEMPLATES: 1})
    template = Template.objects.create(
        account=account,
        format=values.format,
        minimum_memory_mib=_memory(values.minimum_memory_mib),
        takes_password=values.takes_password,
        **terms,
        is_public=values.is_public,
        is_featured=values.is_featured,
        **words,
    )
    about = About.of(template, account.owner)
    records.record(
        caller, "TEMPLATE.CREATE", about, after={**words, "format": values.format}, stage="scheduled"
    )
    plans.note("create", f"Registers the template {template.name} from {path.name}.", noun="template")
    arguments = {"source_file": str(path)}
    job = jobs.submit(caller, "template.fetch", Subject.of(template), arguments, holds=[hold_of(template)])
    return template, job


@transaction.atomic
def update(caller: Caller, template: Template, changes: TemplateChanges) -> Template:
    """The template with the changes. For templates from `own_template_for`. Raises InvalidInput."""
    actions.UPDATE_TEMPLATE.check(caller, template)
    values = checked_terms(_checked(given(changes)))
    if "minimum_memory_mib" in values:
        values["minimum_memory_mib"] = _memory(values["minimum_memory_mib"])
    before, after = change(template, values)
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
    states.TEMPLATE.move(template, "delete")
    plans.note("delete", f"Deletes the template {template.name}.", noun="template")
    owner = template.account.owner
    return jobs.submit(
        caller, "template.delete", Subject.of(template), owner=owner, holds=[hold_of(template)]
    )


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if "name" in values:
        checked["name"] = names.check_label(values["name"])
    for field in ("description", "os_type"):
        text = values.get(field, "").strip()
        if field in values:
            checked[field] = names.check_label(text, field=field) if text else ""
    return checked


def _memory(memory_mib: int) -> int:
    if memory_mib < 0:
        raise InvalidInput.of("minimum_memory_mib", "Use 0 or more MiB.")
    return memory_mib
