"""Moving a stopped instance, with its disks and addresses, to another account or into a project."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, Conflict, InvalidInput, NotFound
from cloudportal.events import meters, records
from cloudportal.events.records import About
from compute import actions, states
from compute.models import AttachedIso, Instance
from compute.services.instances import affinity, terms, wiring
from compute.services.instances.holding import demand_free
from networking.services import addresses
from storage.queries import is_usable_by
from storage.services import ownership
from tenants.membership import acting_on
from tenants.models import Account
from tenants.queries import account_for, project_for
from tenants.services import dominance, limits


@dataclass(frozen=True, kw_only=True)
class MoveValues:
    """To whom: an `account` or a `project`, by uuid, and not both.

    `networks` are those that it is on afterwards; without them it stays on the ones that it has, which the new owner
    must be able to use.
    """

    account: UUID | str | None = None
    project: UUID | str | None = None
    networks: tuple[UUID | str, ...] = ()


@dataclass(frozen=True)
class _Target:
    """The account that it goes to, what people call that, the caller as one who may put something there, and the field
    that named it.
    """

    account: Account
    name: str
    acting: Caller
    field: str


@transaction.atomic
def move(caller: Caller, instance: Instance, values: MoveValues) -> Instance:
    """The instance belongs to the other account, with its volumes and addresses, counted and metered there.

    Whoever lost sight of it by that has also lost its events, jobs and notes. Raises NotFound for a target that the
    caller cannot reach, NotPermitted for one that may do more than the caller, InvalidInput for networks that the
    target cannot use and for a size that it is not offered, WrongState, Busy, LimitReached, and Conflict for one that
    still has its place on a host.
    """
    actions.MOVE.check(caller, instance)
    demand_free(instance)
    _demand_nowhere(instance)
    target, source = _target(caller, values), instance.account
    if target.account.pk == source.pk:
        raise InvalidInput.of(
            "account" if values.account else "project", f"{instance.name} is there already. Choose another."
        )
    plans.note(
        "move",
        f"Moves {instance.name} from {source.name} to {target.name}, with its disks and addresses.",
        noun="instance",
        account=str(target.account.uuid),
    )
    _demand_offered(instance, target)
    affinity.leave_all(instance)
    _take_row(instance, target.account)
    limits.transfer(source, target.account, terms.amounts_of(instance.cpus, instance.memory_mib))
    meters.hand_over(meters.ALLOCATED_INSTANCE, instance, target.account.owner)
    _move_volumes(caller, instance, target.account)
    if values.networks:
        _wire_anew(caller, instance, target, values.networks)
    else:
        _move_addresses(caller, instance, target)
    for owner in (source.owner, target.account.owner):
        records.record(
            caller,
            "VM.MOVE",
            About.of(instance, owner),
            before={"account": source.name},
            after={"account": target.account.name},
        )
    return instance


def _target(caller: Caller, values: MoveValues) -> _Target:
    if (values.account is None) == (values.project is None):
        raise InvalidInput.of("account", "Name an account or a project, and not both.")
    if values.project is not None:
        project = project_for(caller, values.project)
        acting = acting_on(caller, project)
        actions.DEPLOY.permit(acting)
        return _Target(project.account, f"the project {project.name}", acting, "project")
    account = _account(caller, values.account)
    return _Target(account, account.name, caller, "account")


def _account(caller: Caller, uuid: UUID | str | None) -> Account:
    home = caller.home
    if caller.project_uuid is not None and home is not None:
        # From inside a project, the way out leads to one's own account and nowhere else.
        if str(uuid) != str(home.account_uuid):
            raise NotFound(noun="account", uuid=uuid)
        return Account.objects.select_related("domain").get(pk=home.account_id)
    account = account_for(caller, uuid or "")
    # What an account is given, it pays for and answers for.
    dominance.require_dominance(caller, account)
    return account


def _demand_nowhere(instance: Instance) -> None:
    """Returns while no host has anything of it: addresses that a host reserves must stay findable by its NICs. Raises
    Conflict.
    """
    if Instance.objects.filter(pk=instance.pk).exclude(host=None).exists():
        raise Conflict(
            f"The instance {instance.name} is stopped, but could not be removed from its host. Start it and stop it "
            "again; it can be moved then."
        )


def _take_row(instance: Instance, account: Account) -> None:
    # Guarded: a start or a second move that began meanwhile makes this one an old wish.
    rows = Instance.objects.filter(pk=instance.pk, state=states.STOPPED, account=instance.account, host=None)
    if not rows.update(account=account):
        raise Busy(noun=instance.name)
    instance.account = account


def _demand_offered(instance: Instance, target: _Target) -> None:
    if not instance.offering.is_open_to(target.account.domain):
        raise InvalidInput.of(
            target.field,
            f"{target.name} is not offered the size {instance.offering.name}. Give {instance.name} another size first, "
            "or have this one opened to the domain.",
        )


def _give_iso_back(instance: Instance, account: Account) -> None:
    """The ISO in its drive stays there only where its new owner may use it."""
    attached = AttachedIso.objects.select_related("template").filter(instance=instance).first()
    if attached is None or is_usable_by(attached.template, account):
        return
    attached.delete()
    plans.note(
        "detach",
        f"The ISO {attached.template.name} stays behind: its new owner may not use it.",
        noun="ISO",
    )


def _move_volumes(caller: Caller, instance: Instance, account: Account) -> None:
    _give_iso_back(instance, account)
    attachments = instance.attachments.select_related("volume__account__domain").order_by("device_index")
    for one in attachments:
        ownership.hand_over(caller, one.volume, account)
        plans.note("move", f"The volume {one.volume.name} goes along.", noun="volume")


def _move_addresses(caller: Caller, instance: Instance, target: _Target) -> None:
    nics = instance.nics.select_related("network", "address__account__domain").order_by("device_index")
    for nic in nics:
        if not wiring.is_for(nic.network, target.account):
            raise InvalidInput.of(
                "networks",
                f"The network {nic.network.name} is not one that {target.name} can use. Name networks that it is to be "
                "on instead.",
            )
        wiring.leave_groups(caller, nic)
        for address in wiring.addresses_of(nic):
            addresses.hand_over(caller, address, target.account)
        wiring.join_default_group(caller, nic, target.account)


def _wire_anew(caller: Caller, instance: Instance, target: _Target, uuids: Sequence[UUID | str]) -> None:
    chosen = wiring.chosen_networks(target.acting, instance.zone, target.account, uuids)
    for nic in instance.nics.select_related("network", "address"):
        wiring.release_addresses(caller, nic)
        plans.note("network", f"Takes it out of the network {nic.network.name}.", noun="NIC")
        nic.delete()
    wiring.add_nics(caller, instance, chosen)
