"""Reinstalling an instance: from which template, and at the side what would come of it."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Case, Q, When
from django.utils.html import format_html

from cloudportal.core.caller import Caller
from cloudportal.jobs.models import Job
from cloudportal.portal.choices import Card, OneOf
from cloudportal.portal.forms import Group, PortalForm, about
from compute import actions
from compute.models import Instance
from compute.portal.deploy import outcome
from compute.portal.instances import INSTANCE
from compute.services import instances
from compute.services.instances import ReinstallValues
from storage import states as storage_states
from storage.models import Template
from storage.queries import templates_for


class ReinstallForm(PortalForm):
    """What the instance starts as anew."""

    groups: ClassVar = (
        Group("What it starts as", ("template",), note=actions.REINSTALL.confirmation),
        Group("How it is shut down", ("force",)),
    )

    template = OneOf(is_label_hidden=True, nothing_to_choose="There is no template that is ready.")
    force = forms.BooleanField(
        label="Cut the power at once",
        required=False,
        help_text="The guest is not asked to shut down first.",
    )

    def shape(self) -> None:
        """Offers the templates and what is in its drive, its own first. Where its own is not among them nothing is
        chosen beforehand: another would make something else of it.
        """
        own = self.row.template_id
        is_other = Case(When(pk=own, then=0), default=1)
        in_drive = Q(attached_isos__instance=self.row)
        ready = templates_for(self.caller).filter(state=storage_states.READY, is_bootable=True)
        rows = ready.filter(~Q(kind=Template.ISO) | in_drive)
        offered = self.offer_rows(
            "template",
            rows.order_by(is_other, "-is_featured", "name", "id"),
            lambda row: _card(row, is_own=row.pk == own),
            route="templates",
        )
        if own not in [row.pk for row in offered]:
            self._choose_nothing(is_iso=ready.filter(pk=own, kind=Template.ISO).exists())

    def _choose_nothing(self, *, is_iso: bool) -> None:
        field = self.fields["template"]
        field.initial = None
        if is_iso:
            said = (
                "It was made from an ISO that is not in its drive. Attach the ISO first to reinstall from it."
            )
            field.help_text = format_html("{} {}", said, field.help_text) if field.help_text else said


def _card(template: Any, *, is_own: bool) -> Card:
    about = ("as it is now" if is_own else "", template.os_type, template.description)
    return Card(template.name, " · ".join(part for part in about if part))


def _submit(caller: Caller, instance: Instance, values: dict[str, Any]) -> tuple[Instance, Job]:
    wanted = ReinstallValues(template=values["template"])
    return instance, instances.reinstall(caller, instance, wanted, force=values["force"])


REINSTALL = about(
    INSTANCE,
    "reinstall",
    title="Reinstall {name}",
    action=actions.REINSTALL,
    form=ReinstallForm,
    submit=_submit,
    button="Reinstall",
    done=lambda result: f"{result[0].name} is being reinstalled.",
    is_planned=True,
    plan_template="compute/deploy_plan.html",
    plan_values=outcome,
)

urlpatterns = [*REINSTALL.urls()]
