"""Starting a stopped instance on a host of an operator's choice."""

from typing import Any, ClassVar

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.jobs.models import Job
from cloudportal.portal.forms import Group, PortalForm, about
from compute.models import Instance
from compute.placement_actions import CHOOSE_HOST
from compute.portal.deploy import outcome
from compute.portal.host_choices import host_choices
from compute.portal.instances import INSTANCE
from compute.services import instances


class StartOnForm(PortalForm):
    """The host."""

    groups: ClassVar = (
        Group(
            "Where it runs",
            ("host",),
            note="It runs there or not at all. Where else it could run is on its page.",
        ),
    )

    host = forms.ChoiceField(label="Host")

    def shape(self) -> None:
        """Offers the hosts of its zone, the one where it ran last first."""
        last = self.row.last_host
        offered = host_choices(self.caller, self.row.zone)
        self.offer("host", sorted(offered, key=lambda one: last is None or one[0] != str(last.uuid)))


def _submit(caller: Caller, instance: Instance, values: dict[str, Any]) -> tuple[Instance, Job]:
    return instance, instances.start(caller, instance, host=values["host"])


START_ON = about(
    INSTANCE,
    "start-on",
    route="instance-choose-host",
    title="Start {name} on a chosen host",
    action=CHOOSE_HOST,
    form=StartOnForm,
    submit=_submit,
    button="Start",
    done=lambda result: f"{result[0].name} is being started.",
    is_planned=True,
    plan_template="compute/deploy_plan.html",
    plan_values=outcome,
)

urlpatterns = [*START_ON.urls()]
