"""Sharing templates: with accounts and projects, one by one."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from compute.topology.services.rows import taken_once
from storage import actions
from storage.models import Template, TemplateGrant
from tenants.models import Account
from tenants.queries import account_for, project_for


@dataclass(frozen=True, kw_only=True)
class ShareWith:
    """Who may use the template: one account, or one project, by uuid."""

    account: UUID | str | None = None
    project: UUID | str | None = None


@transaction.atomic
def share(caller: Caller, template: Template, values: ShareWith) -> TemplateGrant:
    """Whoever acts for that account may use a template from `own_template_for`, and nothing more.

    Raises NotFound for an account or project that the caller does not see, InvalidInput, Conflict.
    """
    actions.SHARE_TEMPLATE.check(caller, template)
    account = _account(caller, values)
    if account.pk == template.account_id:
        raise InvalidInput.of("account", f"{template.name} belongs to {account} already.")
    with taken_once("grant", str(account)):
        grant = TemplateGrant.objects.create(template=template, account=account)
    _record(caller, template, before=[], after=[str(account)])
    plans.note("share", f"Lets {account} use {template.name}.", noun="template")
    return grant


@transaction.atomic
def unshare(caller: Caller, grant: TemplateGrant) -> None:
    """The account may not use the template any more. Instances that were made from it stay."""
    template = grant.template
    actions.SHARE_TEMPLATE.check(caller, template)
    grant.delete()
    _record(caller, template, before=[str(grant.account)], after=[])
    plans.note("unshare", f"Takes {template.name} from {grant.account}.", noun="template")


def _account(caller: Caller, values: ShareWith) -> Account:
    if (values.account is None) == (values.project is None):
        raise InvalidInput.of("account", "Name an account or a project.")
    if values.account is not None:
        return account_for(caller, values.account)
    return project_for(caller, values.project or "").account


def _record(caller: Caller, template: Template, *, before: list[str], after: list[str]) -> None:
    records.record(
        caller,
        "TEMPLATE.UPDATE",
        About.of(template, template.account.owner),
        before={"shared_with": before},
        after={"shared_with": after},
    )
