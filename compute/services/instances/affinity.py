"""Which affinity groups an instance is in."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, InvalidInput, NotFound
from cloudportal.events import records
from compute import placement_actions as actions
from compute import placement_queries as queries
from compute import states
from compute.models import AffinityGroup, Instance
from compute.services.instances import terms
from compute.services.instances.holding import demand_free
from tenants.models import Account

MOST_GROUPS = 20


@transaction.atomic
def change_groups(caller: Caller, instance: Instance, groups: Iterable[UUID | str]) -> Instance:
    """The stopped instance is in exactly these groups; they count when it is started.

    Raises NotFound for a group that is not its owner's, WrongState, Busy.
    """
    actions.CHANGE_GROUPS.check(caller, instance)
    demand_free(instance)
    chosen = groups_for(caller, instance.account, groups)
    # Guarded: a start that began meanwhile looks for a host with the old groups.
    if not Instance.objects.filter(pk=instance.pk, state=states.STOPPED).update(state=states.STOPPED):
        raise Busy(noun=instance.name)
    before = sorted(instance.affinity_groups.values_list("name", flat=True))
    instance.affinity_groups.set(chosen)
    after = sorted(group.name for group in chosen)
    records.record(
        caller,
        "VM.AFFINITY.GROUP.UPDATE",
        terms.about(instance),
        before={"affinity_groups": before},
        after={"affinity_groups": after},
    )
    words = ", ".join(after) if after else "no affinity group"
    plans.note("affinity", f"{instance.name} is in {words} when it is started next.", noun="instance")
    return instance


def join(caller: Caller, instance: Instance, groups: Iterable[UUID | str]) -> list[AffinityGroup]:
    """A new instance is in these groups from the start. For the service that deploys it. Raises NotFound."""
    chosen = groups_for(caller, instance.account, groups)
    if chosen:
        instance.affinity_groups.set(chosen)
        plans.note(
            "affinity", f"It is in {', '.join(group.name for group in chosen)}.", noun="affinity-group"
        )
    return chosen


def leave_all(instance: Instance) -> None:
    """The instance is in no group any more: it is going to another account, or for good. Needs an open transaction."""
    names_ = sorted(instance.affinity_groups.values_list("name", flat=True))
    if names_:
        instance.affinity_groups.clear()
        plans.note("affinity", f"{instance.name} leaves {', '.join(names_)}.", noun="affinity-group")


def groups_for(caller: Caller, account: Account, uuids: Iterable[UUID | str]) -> list[AffinityGroup]:
    """The account's groups with these uuids. Raises NotFound for those of others, InvalidInput for too many."""
    wanted = list(dict.fromkeys(str(uuid) for uuid in uuids))
    if len(wanted) > MOST_GROUPS:
        raise InvalidInput.of("affinity_groups", f"Use at most {MOST_GROUPS}.")
    found = [queries.affinity_group_for(caller, uuid) for uuid in wanted]
    for group in found:
        # An admin sees the groups of many accounts; an instance is in its owner's alone.
        if group.account_id != account.pk:
            raise NotFound(noun="affinity group", uuid=group.uuid)
    return found
