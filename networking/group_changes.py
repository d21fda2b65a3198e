"""Telling whoever has NICs that a security group's rules have changed. Networking knows of no NICs."""

from collections.abc import Callable

from cloudportal.core.caller import Caller
from cloudportal.jobs.models import Job
from networking.models import SecurityGroup

Apply = Callable[[Caller, SecurityGroup], Job]
InUse = Callable[[SecurityGroup], int]
DemandRoom = Callable[[SecurityGroup], None]

_apply: list[Apply] = []
_in_use: list[InUse] = []
_demand_room: list[DemandRoom] = []


def register(apply: Apply, in_use: InUse, demand_room: DemandRoom) -> None:
    """`apply` submits the job that holds the group's NICs to its rules as they are now; `in_use` counts its NICs;
    `demand_room` raises Conflict where one of them has more rules than can be kept.
    """
    _apply.append(apply)
    _in_use.append(in_use)
    _demand_room.append(demand_room)


def apply(caller: Caller, group: SecurityGroup) -> Job:
    """The job after which the rules are in force, in the transaction that changed them. Raises LookupError where nobody
    has registered.
    """
    if not _apply:
        raise LookupError("Nobody holds NICs to security groups.")
    return _apply[-1](caller, group)


def nics_in(group: SecurityGroup) -> int:
    """How many NICs are in the group."""
    return sum(count(group) for count in _in_use)


def demand_room(group: SecurityGroup) -> None:
    """Returns where every NIC in the group has room for its rules as they are now. Raises Conflict."""
    for demand in _demand_room:
        demand(group)
