"""Who is in which security group, and telling whoever lets that group through."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject
from compute import guarding
from compute.models import Nic
from networking import group_changes
from networking.group_queries import group_for
from networking.models import Network, SecurityGroup
from networking.services import security_groups
from tenants.models import Account

MOST_GROUPS = 5


def chosen_groups(caller: Caller, account: Account, uuids: Sequence[UUID | str]) -> list[SecurityGroup]:
    """The groups with these uuids; the account's default one where none is named. Raises NotFound, InvalidInput."""
    if not uuids:
        return [security_groups.default_of(account)]
    found = {group.pk: group for group in (group_for(caller, uuid) for uuid in uuids)}
    if len(found) > MOST_GROUPS:
        raise InvalidInput.of("security_groups", f"Choose at most {MOST_GROUPS} groups.")
    for group in found.values():
        # An admin sees the groups of many accounts; a NIC is in its owner's only.
        if group.account_id != account.pk:
            raise NotFound(noun="security group", uuid=group.uuid)
    return list(found.values())


def groups_for_networks(
    caller: Caller, account: Account, networks: Iterable[Network], uuids: Sequence[UUID | str]
) -> list[SecurityGroup]:
    """The groups for NICs in these networks, none where no network has groups. As `chosen_groups`."""
    if any(network.has_groups for network in networks):
        return chosen_groups(caller, account, uuids)
    if uuids:
        raise InvalidInput.of("security_groups", "None of the networks has security groups.")
    return []


def join(nic: Nic, groups: Iterable[SecurityGroup]) -> None:
    """The NIC is in these groups and no others, where its network has groups at all. Rows only."""
    if nic.network.has_groups:
        nic.groups.set(groups)


def demand_few_rules(nic: Nic) -> None:
    """Returns where the NIC's groups come to no more rules than its host is asked to keep for it. Raises Conflict."""
    if not nic.network.has_groups:
        return
    try:
        guarding.rules_of(nic)
    except guarding.TooManyRules as fault:
        sentence = (
            f"The network card's security groups come to {fault}. Choose fewer groups, or smaller ones."
        )
        raise Conflict(sentence, fields={"security_groups": [sentence]}) from fault


def demand_room_for_rule(group: SecurityGroup) -> None:
    """Returns where every NIC in the group has room for the group's rules. Raises Conflict."""
    try:
        guarding.demand_few_rules(group)
    except guarding.TooManyRules as fault:
        sentence = f"With it, a network card in {group.name} comes to {fault}. Name fewer or larger networks."
        raise Conflict(sentence) from fault


def members_changed(caller: Caller, groups: Iterable[SecurityGroup]) -> None:
    """After a NIC or address came into one of the groups or left it: whoever lets the group through learns of it.

    A job that waits for its turn tells them of this change too, so that many that come at once need one.
    """
    for group in sorted(groups, key=lambda one: one.pk):
        naming = Nic.objects.filter(groups__rules__peer=group).distinct()
        count = guarding.mark(naming.values_list("pk", flat=True))
        if count and not jobs.not_begun("security-group.apply", Subject.of(group)):
            submit_apply(caller, group)


def apply(caller: Caller, group: SecurityGroup) -> Job:
    """The job that holds the group's NICs, and those whose groups name it, to the rules as they are now."""
    count = guarding.mark(guarding.held_to(group))
    plans.note("rule", f"{count} network cards of running instances are told.", noun="nic", count=count)
    return submit_apply(caller, group)


def submit_apply(caller: Caller, group: SecurityGroup) -> Job:
    """Nothing is held: the job works from the rows as it finds them, and of two the later finds all that is new."""
    return jobs.submit(caller, "security-group.apply", Subject.of(group), owner=group.account.owner)


def nics_in(group: SecurityGroup) -> int:
    """How many NICs are in the group."""
    return group.nics.count()


group_changes.register(apply, nics_in, demand_room_for_rule)
