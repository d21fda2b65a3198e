"""Affinity groups of accounts."""

from dataclasses import dataclass

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from compute import placement_actions as actions
from compute import placement_queries as queries
from compute.models import AffinityGroup, Instance
from compute.topology.services.rows import change, given, taken_once
from tenants.models import Account
from tenants.services.standing import require_enabled

KINDS = (AffinityGroup.TOGETHER, AffinityGroup.APART)


@dataclass(frozen=True, kw_only=True)
class AffinityGroupValues:
    """A group as its owner wants it; `kind` is one of `KINDS`."""

    name: str
    kind: str
    is_strict: bool = True
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class AffinityGroupChanges:
    """What may be changed; None leaves it as it is. What the group asks for stays: its members were placed by it."""

    name: str | None = None
    description: str | None = None


@transaction.atomic
def create(caller: Caller, values: AffinityGroupValues) -> AffinityGroup:
    """A new group of the caller's account, without members. Raises InvalidInput, and Conflict for a name it has."""
    actions.CREATE_AFFINITY_GROUP.permit(caller)
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    require_enabled(account)
    name = names.check_label(values.name)
    if values.kind not in KINDS:
        raise InvalidInput.of("kind", f"Choose one of {', '.join(KINDS)}.")
    with taken_once("affinity group", name):
        group = AffinityGroup.objects.create(
            account=account,
            name=name,
            kind=values.kind,
            is_strict=values.is_strict,
            description=_description(values.description),
        )
    after = {"name": name, "kind": group.kind, "is_strict": group.is_strict}
    records.record(caller, "AG.CREATE", About.of(group, account.owner), after=after)
    plans.note("create", f"Creates the affinity group {name}.", noun="affinity-group")
    return (
        queries.affinity_group_for(caller, group.uuid)
        if caller.may(actions.READ_AFFINITY_GROUP.name)
        else group
    )


@transaction.atomic
def update(caller: Caller, group: AffinityGroup, changes: AffinityGroupChanges) -> AffinityGroup:
    """The group under another name or with other words. Raises InvalidInput and Conflict."""
    actions.UPDATE_AFFINITY_GROUP.check(caller, group)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    if "description" in values:
        values["description"] = _description(values["description"])
    before, after = change(group, values)
    records.record(caller, "AG.UPDATE", About.of(group, group.account.owner), before=before, after=after)
    plans.note("update", f"Changes the affinity group {group.name}.", before=before, after=after)
    return group


@transaction.atomic
def delete(caller: Caller, group: AffinityGroup) -> None:
    """The group is gone; its instances stay where they are."""
    actions.DELETE_AFFINITY_GROUP.check(caller, group)
    count = Instance.objects.filter(affinity_groups=group.pk).count()
    records.record(caller, "AG.DELETE", About.of(group, group.account.owner), before={"instances": count})
    plans.note("delete", f"Deletes the affinity group {group.name}.")
    if count:
        how = "kept apart" if group.kind == AffinityGroup.APART else "kept together"
        plans.note("leave", f"{count} instances are no longer {how} by it.", count=count)
    group.delete()


def _description(value: str) -> str:
    text = value.strip()
    return names.check_label(text, field="description") if text else ""
