"""Moving a stopped instance to another account or project: to whom, and what goes along."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.portal.choices import AnyOf, Card
from cloudportal.portal.forms import Group, PortalForm, about
from compute import actions
from compute.models import Instance
from compute.portal.instances import INSTANCE
from compute.services import instances
from compute.services.instances.move import MoveValues
from networking import states as network_states
from networking.queries import networks_for
from tenants import actions as tenant_actions
from tenants.queries import accounts_for, projects_for

MOST_OWNERS = 200


class MoveForm(PortalForm):
    """The new owner, and the networks that it is to be on there."""

    groups: ClassVar = (
        Group("Whose it will be", ("owner",)),
        Group(
            "Where it is reached",
            ("networks",),
            note="Choose none to keep the networks and addresses that it has, which the new owner must be able to use.",
        ),
    )

    owner = forms.ChoiceField(label="New owner")
    networks = AnyOf(
        label="Networks", required=False, initial=[], nothing_to_choose="There is no network in its zone."
    )

    def shape(self) -> None:
        """Offers whom this caller can reach."""
        self.offer("owner", [("", "Choose one"), *_projects(self.caller), *_accounts(self.caller, self.row)])
        rows = networks_for(self.caller).filter(zone=self.row.zone, state=network_states.READY)
        self.offer("networks", [(str(row.uuid), Card(row.name, row.cidr)) for row in rows[:MOST_OWNERS]])


def _projects(caller: Caller) -> list[tuple[str, str]]:
    if not caller.may(tenant_actions.READ_PROJECT.name):
        return []
    rows = projects_for(caller).order_by("name")[:MOST_OWNERS]
    return [(f"project:{row.uuid}", f"Project {row.name}") for row in rows if row.uuid != caller.project_uuid]


def _accounts(caller: Caller, instance: Instance) -> list[tuple[str, str]]:
    if caller.project_uuid is not None and caller.home is not None:
        return [(f"account:{caller.home.account_uuid}", f"Your own account, {caller.home.account_name}")]
    if not caller.sees_subtree or not caller.may(tenant_actions.READ_ACCOUNT.name):
        return []
    rows = accounts_for(caller).exclude(pk=instance.account_id).order_by("name")[:MOST_OWNERS]
    return [(f"account:{row.uuid}", f"{row.name} in {row.domain.name}") for row in rows]


def _submit(caller: Caller, instance: Instance, values: dict[str, Any]) -> Instance:
    kind, _, uuid = values["owner"].partition(":")
    wanted = {kind: uuid, "networks": tuple(values["networks"])}
    return instances.move(caller, instance, MoveValues(**wanted))


MOVE = about(
    INSTANCE,
    "move",
    title="Move the instance",
    action=actions.MOVE,
    form=MoveForm,
    submit=_submit,
    button="Move",
    done=lambda instance: f"{instance.name} belongs to {instance.account.name} now.",
    next=lambda instance: reverse("portal:instances"),
    is_planned=True,
    plan_template="compute/deploy_plan.html",
    plan_values=lambda caller, plan: {"sentences": [one["sentence"] for one in plan.effects]},
)

urlpatterns = [*MOVE.urls()]
