"""New templates: from a file on the server, from an address on the web, or sent by whoever registers them."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, WrongState
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute.topology.systems import type_called
from storage import actions, fetches, sources, states
from storage.amounts import readable
from storage.guest_terms import checked_terms
from storage.inspection import FORMATS, ISO
from storage.models import Template, Upload
from storage.services import uploads
from storage.services.uploads import Receiver, Ticket
from tenants.models import Account
from tenants.services import limits
from tenants.services.limits import Resource


@dataclass(frozen=True, kw_only=True)
class NewTemplate:
    """What a template is to be. `format` is what its image is; it is never guessed."""

    name: str
    format: str
    kind: str = Template.TEMPLATE
    description: str = ""
    os_type: str = ""
    minimum_memory_mib: int = 0
    minimum_disk_gib: int = 0
    is_extractable: bool = False
    is_dynamically_scalable: bool = False
    guest_data_format: str = ""
    takes_password: bool = False
    login_user: str = "root"
    is_public: bool = False
    is_featured: bool = False


@dataclass(frozen=True, kw_only=True)
class TemplateFile(NewTemplate):
    """A template whose image lies on the server at `source_file`, or on the web at `url`. `checksum` is what the
    publisher says of it, as in `sha256:…`.
    """

    source_file: str = ""
    url: str = ""
    checksum: str = ""


@dataclass(frozen=True, kw_only=True)
class TemplateUpload(NewTemplate):
    """A template whose image will be sent; with `size_bytes` it is taken as soon as so much is there."""

    size_bytes: int | None = None
    checksum: str = ""


@transaction.atomic
def register(caller: Caller, values: TemplateFile) -> tuple[Template, Job]:
    """A template of the caller's account, and the job that brings, inspects and stores its image.

    Nothing is sent to the address before the job runs, and then only where it may be fetched from. Raises
    InvalidInput, LimitReached. An image that is not what it was registered as fails the job.
    """
    actions.REGISTER_TEMPLATE.permit(caller)
    if bool(values.url) == bool(values.source_file):
        raise InvalidInput.of(
            "url", "Say where the image is: an address on the web, or a file on the server."
        )
    if values.source_file:
        actions.REGISTER_TEMPLATE_FILE.permit(caller)
        arguments = {"source_file": str(sources.source_file(values.source_file))}
    else:
        arguments = {"url": fetches.checked_url(values.url)}
    arguments["checksum"] = fetches.checked_checksum(values.checksum)
    template = _made(caller, values, source_url=arguments.get("url", ""))
    where = arguments.get("url") or arguments["source_file"].rpartition("/")[2]
    plans.note("create", f"Registers the template {template.name} from {where}.", noun="template")
    job = jobs.submit(caller, "template.fetch", Subject.of(template), arguments, holds=[hold_of(template)])
    return template, job


@transaction.atomic
def upload(caller: Caller, values: TemplateUpload) -> tuple[Template, Ticket]:
    """A template of the caller's account that waits for its image, and the ticket to send it with.

    Raises InvalidInput, LimitReached.
    """
    actions.REGISTER_TEMPLATE.permit(caller)
    checksum = fetches.checked_checksum(values.checksum)
    template = _made(caller, values, state=states.UPLOADING, expected_checksum=checksum)
    plans.note(
        "create", f"Makes the template {template.name}, which then waits for its image.", noun="template"
    )
    return template, _ticket(caller, template, values.size_bytes)


@transaction.atomic
def upload_again(caller: Caller, template: Template, *, size_bytes: int | None = None) -> Ticket:
    """A new ticket for a template from `own_template_for` whose image did not come, or was refused. Older tickets end.

    Raises WrongState, InvalidInput.
    """
    actions.UPLOAD_TEMPLATE.check(caller, template)
    demand_empty(template)
    if template.state != states.UPLOADING:
        states.TEMPLATE.move(template, "upload")
    plans.note("upload", f"Lets the image of the template {template.name} be sent.", noun="template")
    return _ticket(caller, template, size_bytes)


def demand_empty(template: Template) -> None:
    """Returns where the template can take an image. Raises WrongState for one that has one still, which counts."""
    if template.checksum:
        raise WrongState(
            f"The template {template.name} is being deleted and still has its image. Delete it again, and register a "
            "new one."
        )


def _ticket(caller: Caller, template: Template, size_bytes: int | None) -> Ticket:
    return uploads.open_for(
        caller,
        "template",
        template,
        limit_bytes=fetches.largest_bytes(template.account),
        expected_bytes=size_bytes,
    )


def _made(caller: Caller, values: NewTemplate, **more: Any) -> Template:
    if values.is_public or values.is_featured:
        actions.PUBLISH_TEMPLATE.permit(caller)
    _demand_format(values)
    known = {
        name: value for name, value in asdict(values).items() if name in NewTemplate.__dataclass_fields__
    }
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    limits.reserve(account, {Resource.TEMPLATES: 1})
    template = Template.objects.create(account=account, **checked(known), **more)
    records.record(
        caller,
        "TEMPLATE.CREATE",
        About.of(template, account.owner),
        after={"name": template.name, "os_type": template.os_type, "format": values.format},
        stage="scheduled",
    )
    return template


def _demand_format(values: NewTemplate) -> None:
    kinds = {Template.TEMPLATE: FORMATS, Template.ISO: (ISO,)}
    if values.kind not in kinds:
        raise InvalidInput.of("kind", f"Choose one of {', '.join(kinds)}.")
    if values.format not in kinds[values.kind]:
        raise InvalidInput.of("format", f"Choose one of {', '.join(kinds[values.kind])}.")


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values, with those that people type cleaned. Raises InvalidInput."""
    kept = {**checked_terms(values)}
    if "name" in values:
        kept["name"] = names.check_label(values["name"])
    for field in ("description", "os_type"):
        if field in values:
            text = values[field].strip()
            kept[field] = names.check_label(text, field=field) if text else ""
    if "os_type" in values:
        kept["system"] = type_called(kept["os_type"])
    for field in ("minimum_memory_mib", "minimum_disk_gib"):
        if not 0 <= values.get(field, 0) < 2**31:
            raise InvalidInput.of(field, "Use 0 or more.")
    return kept


def _accept(caller: Caller, upload: Upload) -> Job:
    template = Template.objects.select_related("account__domain").get(uuid=upload.subject_uuid)
    states.TEMPLATE.move(template, "fetch")
    size_bytes = uploads.received_bytes(upload)
    plans.note("upload", f"Takes {readable(size_bytes)} for the template {template.name}.", noun="template")
    arguments = {"upload": str(upload.uuid), "checksum": template.expected_checksum}
    holds = [hold_of(template)]
    owner = template.account.owner
    return jobs.submit(caller, "template.fetch", Subject.of(template), arguments, owner=owner, holds=holds)


def _abandon(upload: Upload) -> None:
    template = Template.objects.filter(uuid=upload.subject_uuid, state=states.UPLOADING).first()
    if template is not None:
        states.TEMPLATE.move(template, "expired")


uploads.receive("template", Receiver(_accept, _abandon))
