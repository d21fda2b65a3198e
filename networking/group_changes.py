"""Telling whoever has NICs that a security group's rules have changed. Networking knows of no NICs."""

from collections.abc import Callable

from cloudportal.core.caller import Caller
from cloudportal.jobs.models import Job
from networking.models import SecurityGroup

Apply = Callable[[Caller, SecurityGroup], Job]
InUse = Callable[[SecurityGroup], int]

_apply: list[Apply] = []
_in_use: list[InUse] = []


def register(apply: Apply, in_use: InUse) -> None:
    """`apply` submits the job that holds the group's NICs to its rules as they are now; `in_use` counts its NICs."""
    _apply.append(apply)
    _in_use.append(in_use)


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
