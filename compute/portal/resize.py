"""Resizing an instance: the sizes to choose from, and at the side what would come of it."""

from typing import Any, ClassVar

from cloudportal.core.caller import Caller
from cloudportal.jobs.models import Job
from cloudportal.portal import formats
from cloudportal.portal.choices import Card, OneOf
from cloudportal.portal.forms import Group, PortalForm, about
from compute import actions, queries, states
from compute.models import Instance
from compute.portal import words
from compute.portal.deploy import outcome
from compute.portal.instances import INSTANCE
from compute.services import instances
from compute.services.instances import ResizeValues
from compute.services.sizing import BOUNDS
from compute.topology.portal.offered import amount_field


class ResizeForm(PortalForm):
    """The size that an instance is to have."""

    groups: ClassVar = (Group("How large it is to be", ("offering", *BOUNDS)),)

    offering = OneOf(is_label_hidden=True, nothing_to_choose="There is no other size to choose.")
    cpus = amount_field("CPUs", "For a size that leaves them open.")
    cpu_mhz = amount_field("MHz of each CPU", "For a size that leaves them open.")
    memory_mib = amount_field("Memory in MiB", "For a size that leaves it open.")

    def shape(self) -> None:
        """Offers every size but the one that it has for good, and says how far it can grow while it runs."""
        instance: Instance = self.row
        rows = queries.offerings_for(self.caller).filter(is_active=True)
        self.fields["offering"].help_text = _how(instance)
        if not instance.offering.is_custom:
            rows = rows.exclude(pk=instance.offering_id)
        others = self.offer_rows("offering", rows, _card, route="offerings")
        for name in BOUNDS:
            if all(getattr(row, name) is not None for row in others):
                del self.fields[name]
            else:
                self.initial[name] = getattr(instance, name)


def _card(offering: Any) -> Card:
    about = " · ".join(part for part in (words.size(offering), offering.description) if part)
    return Card(offering.name, about)


def _how(instance: Instance) -> str:
    has = f"It has {words.size(instance)} now."
    if instance.state == states.STOPPED:
        return f"{has} It will have the new size when it is started."
    most = f"{max(instance.most_cpus, instance.cpus)} CPUs and " + formats.mib(
        max(instance.most_memory_mib, instance.memory_mib)
    )
    return f"{has} While it runs it can grow to {most}. Stop it for anything else."


def _submit(caller: Caller, instance: Instance, values: dict[str, Any]) -> tuple[Instance, Job]:
    offering = queries.offering_for(caller, values["offering"])
    # What the chosen size has fixed is not asked for: the fields are there for those that leave it open.
    amounts = {name: values.get(name) for name in BOUNDS if getattr(offering, name) is None}
    return instance, instances.resize(caller, instance, ResizeValues(offering=offering.uuid, **amounts))


RESIZE = about(
    INSTANCE,
    "resize",
    title="Resize {name}",
    action=actions.RESIZE,
    form=ResizeForm,
    submit=_submit,
    button="Resize",
    done=lambda result: f"{result[0].name} is being resized.",
    is_planned=True,
    plan_template="compute/deploy_plan.html",
    plan_values=outcome,
)

urlpatterns = [*RESIZE.urls()]
