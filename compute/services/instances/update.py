"""Changing what an instance is called, whether it is protected, and what its guest is told."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, WrongState
from cloudportal.core.names import check_hostname
from cloudportal.events import records
from compute import actions, states
from compute.models import Instance
from compute.services.guest_data import template_links
from compute.services.instances import guest_values, login, terms
from compute.services.instances.holding import demand_free


@dataclass(frozen=True, kw_only=True)
class InstanceChanges:
    """What may be changed; None leaves it as it is. Name, keys and user data are read by the guest as it starts, and
    so can be changed only while the instance is stopped.
    """

    display_name: str | None = None
    is_protected: bool | None = None
    name: str | None = None
    ssh_keys: tuple[str, ...] | None = None
    user_data: str | None = None

    @property
    def is_for_the_guest(self) -> bool:
        """True where something is changed that the guest reads as it starts."""
        return any(one is not None for one in (self.name, self.ssh_keys, self.user_data))


@transaction.atomic
def update(caller: Caller, instance: Instance, changes: InstanceChanges) -> Instance:
    """The instance with the changes. Raises InvalidInput, WrongState, Busy."""
    actions.UPDATE.check(caller, instance)
    demand_free(instance)
    if changes.is_for_the_guest and instance.state != states.STOPPED:
        raise WrongState(
            noun="instance", state=instance.state, action="change what its guest reads", needed=states.STOPPED
        )
    values = _checked(instance, changes)
    before = {name: getattr(instance, name) for name in values}
    # Guarded: a start that began meanwhile has read the old values already.
    rows = Instance.objects.filter(pk=instance.pk, state=instance.state)
    if values and not rows.update(**values, **login.taking(values)):
        raise Busy(noun=instance.name)
    for name, value in values.items():
        setattr(instance, name, value)
    records.record(caller, "VM.UPDATE", terms.about(instance), before=_told(before), after=_told(values))
    plans.note("update", f"Changes the instance {instance.name}.", changed=sorted(values))
    return instance


def _checked(instance: Instance, changes: InstanceChanges) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if changes.display_name is not None:
        values["display_name"] = guest_values.checked_display_name(changes.display_name)
    if changes.is_protected is not None:
        values["is_protected"] = changes.is_protected
    if changes.name is not None:
        values["name"] = check_hostname(changes.name)
    if changes.ssh_keys is not None:
        values["ssh_keys"] = guest_values.checked_ssh_keys(changes.ssh_keys)
    if changes.user_data is not None:
        values["user_data"] = guest_values.checked_user_data(changes.user_data, instance.account)
        inherited = template_links.inherited_of(instance)
        if inherited is not None:
            template_links.demand_taken(inherited.template, inherited.policy, changes.user_data)
    return values


def _told(values: dict[str, Any]) -> dict[str, Any]:
    # User data often holds passwords: that it changed is told, what it says is not.
    return {name: "********" if name == "user_data" else value for name, value in values.items()}
