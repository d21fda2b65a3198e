"""Security groups and their rules: each change is in force once its job is done."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from cloudportal.core.names import check_label
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.models import Job
from compute.topology.services.rows import change, given
from networking import group_actions as actions
from networking import group_changes
from networking.group_queries import group_for
from networking.models import SecurityGroup, SecurityGroupRule
from networking.rules import NewRule, checked
from tenants.models import Account
from tenants.services.standing import require_enabled

MOST_GROUPS = 100
MOST_RULES = 100
EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class GroupValues:
    """What a security group is called; None leaves it as it is."""

    name: str | None = None
    description: str | None = None


@transaction.atomic
def create(caller: Caller, values: GroupValues) -> SecurityGroup:
    """A group of the caller's that lets everything out and nothing in. Raises InvalidInput, Conflict."""
    actions.CREATE.permit(caller)
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    require_enabled(account)
    name = check_label(values.name or "")
    _demand_new_name(account, name)
    if SecurityGroup.objects.filter(account=account).count() >= MOST_GROUPS:
        raise Conflict(f"An account has at most {MOST_GROUPS} security groups. Delete one first.")
    group = _make(account, name, _description(values.description or ""))
    records.record(caller, "SG.CREATE", About.of(group, account.owner), after={"name": name})
    plans.note("create", f"Creates the security group {name}, which lets everything out and nothing in.")
    return group


@transaction.atomic
def update(caller: Caller, group: SecurityGroup, values: GroupValues) -> SecurityGroup:
    """The group with another name or description. Raises InvalidInput, Conflict."""
    actions.UPDATE.permit(caller)
    wanted = given(values)
    if "name" in wanted:
        wanted["name"] = check_label(wanted["name"])
        if group.is_default and wanted["name"] != group.name:
            raise Conflict("The default group keeps its name, by which it is found.")
        if wanted["name"] != group.name:
            _demand_new_name(group.account, wanted["name"])
    if "description" in wanted:
        wanted["description"] = _description(wanted["description"])
    before, after = change(group, wanted)
    records.record(caller, "SG.UPDATE", About.of(group, group.account.owner), before=before, after=after)
    plans.note("update", f"Changes the security group {group.name}.", before=before, after=after)
    return group


@transaction.atomic
def delete(caller: Caller, group: SecurityGroup, *, with_naming_rules: bool = False) -> None:
    """The group is gone. Raises Conflict while a NIC is in it, or, unless their rules are to go too, another group of
    its account names it. Rules by which others' groups named it go along: its owner could not remove them.
    """
    actions.DELETE.permit(caller)
    count = group_changes.nics_in(group)
    if count:
        raise Conflict(
            f"{count} network cards are in the group {group.name}. Take them out of it first.", count=count
        )
    naming = group.named_by.exclude(group=group).filter(group__account=group.account)
    named_by = naming.select_related("group").first()
    if named_by is not None and not with_naming_rules:
        raise Conflict(
            f"A rule of the group {named_by.group.name} names {group.name}. Remove that rule first."
        )
    records.record(caller, "SG.DELETE", About.of(group, group.account.owner), before={"name": group.name})
    plans.note("delete", f"Deletes the security group {group.name}.")
    group.delete()


@transaction.atomic
def add_rule(caller: Caller, group: SecurityGroup, values: NewRule) -> tuple[SecurityGroupRule, Job]:
    """One more rule, and the job after which it is in force. Raises InvalidInput, NotFound for a group that is not the
    caller's to name, Conflict, also where a NIC in the group would have more rules than its host can keep.
    """
    actions.ADD_RULE.permit(caller)
    columns = checked(values)
    peer = _peer(caller, values.peer) if values.peer else None
    rule = SecurityGroupRule(group=group, peer=peer, **columns)
    if any((one.name, one.peer) == (rule.name, peer) for one in group.rules.select_related("peer")):
        raise Conflict("The group has this rule already.")
    if group.rules.count() >= MOST_RULES:
        raise Conflict(f"A group has at most {MOST_RULES} rules. Remove one first.")
    rule.save()
    group_changes.demand_room(group)
    records.record(caller, "SG.RULE.ADD", About.of(group, group.account.owner), after={"rule": rule.name})
    plans.note("rule", f"Lets {rule.name} through for the group {group.name}.", noun="rule")
    return rule, group_changes.apply(caller, group)


@transaction.atomic
def remove_rule(caller: Caller, rule: SecurityGroupRule) -> Job:
    """The job after which new connections that only this rule allowed are dropped; those that are open go on."""
    actions.REMOVE_RULE.permit(caller)
    group = rule.group
    records.record(caller, "SG.RULE.REMOVE", About.of(group, group.account.owner), before={"rule": rule.name})
    plans.note("rule", f"Lets {rule.name} through no longer for the group {group.name}.", noun="rule")
    rule.delete()
    return group_changes.apply(caller, group)


def default_of(account: Account) -> SecurityGroup:
    """The account's default group, made when it is first needed: its members reach each other and the world, and the
    world does not reach them.
    """
    found = SecurityGroup.objects.filter(account=account, name=SecurityGroup.DEFAULT).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            group = _make(account, SecurityGroup.DEFAULT, "")
            SecurityGroupRule.objects.create(group=group, direction=SecurityGroupRule.INGRESS, peer=group)
            return group
    except IntegrityError:
        # Another deployment made it in this moment.
        return SecurityGroup.objects.get(account=account, name=SecurityGroup.DEFAULT)


def _peer(caller: Caller, uuid: UUID | str) -> SecurityGroup:
    """The group that a rule is to name. One that the caller does not see is not found, there or not."""
    try:
        return group_for(caller, uuid)
    except NotFound as error:
        sentence = (
            "There is no such security group that you may name. Name one of your own or of an account that you "
            "administer, or let others through by their addresses."
        )
        raise NotFound(sentence, fields={"peer": [sentence]}, **error.values) from error


def _make(account: Account, name: str, description: str) -> SecurityGroup:
    group = SecurityGroup.objects.create(account=account, name=name, description=description)
    SecurityGroupRule.objects.create(group=group, direction=SecurityGroupRule.EGRESS, cidr=EVERYWHERE)
    return group


def _demand_new_name(account: Account, name: str) -> None:
    if name == SecurityGroup.DEFAULT or SecurityGroup.objects.filter(account=account, name=name).exists():
        raise InvalidInput.of("name", "There is a security group of this name. Choose another.")


def _description(text: str) -> str:
    return check_label(text, field="description") if text.strip() else ""
