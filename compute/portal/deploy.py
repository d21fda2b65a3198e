"""Deploying an instance: few questions, and at the side what would come of the answers."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.plans import Plan
from cloudportal.jobs.models import Job
from cloudportal.portal import home
from cloudportal.portal.buttons import RowLink
from cloudportal.portal.choices import AnyOf, Card, OneOf
from cloudportal.portal.forms import FormPage, Group
from compute import actions
from compute.models import Instance, ServiceOffering
from compute.placement_actions import CHOOSE_HOST, READ_AFFINITY_GROUP
from compute.portal import funnels, words
from compute.portal.affinity import group_choices
from compute.portal.guest_data_fields import GuestDataFields, guest_data_in
from compute.portal.host_choices import host_choices
from compute.portal.instances import CREATE
from compute.portal.login import password_shown
from compute.portal.network_fields import NetworkFields, networks_in
from compute.queries import offerings_for
from compute.services import instances
from compute.services.instances import DeployValues
from compute.services.offerings import LONGEST_LEASE_DAYS
from compute.services.sizing import BOUNDS
from compute.topology import states as topology_states
from compute.topology.models import Zone
from compute.topology.portal.offered import amount_field
from compute.topology.queries import zones_for
from storage import states as storage_states
from storage.actions import READ_DISK_OFFERING
from storage.models import Template
from storage.portal.templates import TEMPLATE
from storage.queries import disk_offerings_for, templates_for
from tenants.portal.limits import figures_with

MOST_DISK_OFFERINGS = 200


class DeployForm(NetworkFields, GuestDataFields):
    """What an instance is to be."""

    groups: ClassVar = (
        Group("What it starts as", ("template",)),
        Group(
            "How large it is",
            ("offering", "cpus", "cpu_mhz", "memory_mib", "root_size_gib", "root_disk_offering"),
        ),
        Group("Where it is reached", ("zone", "networks", "security_groups")),
        Group("Who it is", ("name", "key_pairs", "ssh_keys", "user_data_from", "user_data")),
        Group("What it runs with", ("affinity_groups", "host", "lease_days")),
    )

    template = OneOf(
        is_label_hidden=True,
        nothing_to_choose="There is no template that is ready yet. Ask your administrator for one.",
    )
    offering = OneOf(
        label="Size", nothing_to_choose="There is no size to choose yet. Ask your administrator."
    )
    cpus = amount_field("CPUs", "For a size that leaves them open.")
    cpu_mhz = amount_field("MHz of each CPU", "For a size that leaves them open.")
    memory_mib = amount_field("Memory in MiB", "For a size that leaves it open.")
    root_size_gib = forms.IntegerField(
        label="Disk in GiB",
        required=False,
        min_value=1,
        help_text="Empty for the template's own size.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    root_disk_offering = forms.ChoiceField(
        label="Disk offering",
        required=False,
        help_text="For the empty disk of an ISO: how large and how fast it is. Templates bring their own disk.",
    )
    zone = OneOf(nothing_to_choose="There is no zone that takes instances now.")
    name = forms.CharField(
        required=False,
        max_length=63,
        help_text="Also its host name: small letters, digits and dashes. Empty for one that is made up.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    affinity_groups = AnyOf(
        label="Affinity groups",
        required=False,
        initial=[],
        help_text="Instances that share a host with it, or must not.",
    )

    host = forms.ChoiceField(required=False, help_text="It runs there or not at all.")
    lease_days = forms.IntegerField(
        label="Days that it may live",
        required=False,
        min_value=0,
        max_value=LONGEST_LEASE_DAYS,
        help_text="Empty for as long as its size or your account says; 0 for no end, where it may have none.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def shape(self) -> None:
        """Offers what this caller may use."""
        templates = self.offer_rows("template", _ready(self.caller), _template, route="templates")
        sizes = self.offer_rows("offering", _sizes(self.caller), _size, route="offerings")
        self._leave_out_sizes(sizes)
        zones = self.offer_rows("zone", _zones(self.caller), _zone, route="zones")
        if len(zones) == 1:
            self.fields["zone"].widget = forms.HiddenInput()
        self.offer_networks()
        self.offer_guest_data()
        wanted = self.named("template")
        self.offer_values_of(next((row for row in templates if str(row.uuid) in wanted), None))
        self._offer_groups()
        self._offer_disks()
        self._offer_hosts()

    def _offer_disks(self) -> None:
        """Asks for a disk offering where there is an ISO to start from."""
        may = self.caller.may(READ_DISK_OFFERING.name)
        rows = (
            list(disk_offerings_for(self.caller).filter(is_active=True)[:MOST_DISK_OFFERINGS]) if may else []
        )
        if not rows or not _ready(self.caller).filter(kind=Template.ISO).exists():
            del self.fields["root_disk_offering"]
            return
        choices = [(str(row.uuid), _about(row.name, row.description)) for row in rows]
        self.offer("root_disk_offering", [("", "none: as large as is said above"), *choices])

    def _offer_hosts(self) -> None:
        """Asks operators on which host."""
        if self.caller.is_root_admin and self.caller.may(CHOOSE_HOST.name):
            self.offer("host", [("", "Whichever suits best"), *host_choices(self.caller)])
        else:
            del self.fields["host"]

    def _offer_groups(self) -> None:
        """Asks for affinity groups where there are any."""
        groups = group_choices(self.caller) if self.caller.may(READ_AFFINITY_GROUP.name) else []
        self.offer("affinity_groups", groups)
        if not groups:
            del self.fields["affinity_groups"]

    def _leave_out_sizes(self, sizes: Sequence[ServiceOffering]) -> None:
        """Asks for no amount that every size has fixed."""
        for name in BOUNDS:
            if all(getattr(row, name) is not None for row in sizes):
                del self.fields[name]


def _ready(caller: Caller) -> QuerySet[Template]:
    return templates_for(caller).filter(state=storage_states.READY)


def _template(row: Template) -> Card:
    return Card(
        row.name, _about("ISO, for an empty disk" if row.is_iso else "", row.os_type, row.description)
    )


def _sizes(caller: Caller) -> QuerySet[ServiceOffering]:
    # Those that leave something open come last: the first is chosen beforehand, and must do as it comes.
    order = (F("cpus").asc(nulls_last=True), F("memory_mib").asc(nulls_last=True), "pk")
    return offerings_for(caller).filter(is_active=True).order_by(*order)


def _size(row: ServiceOffering) -> Card:
    return Card(row.name, _about(words.size(row), _lease(row), row.description))


def _lease(offering: ServiceOffering) -> str:
    return f"lives {words.lease(offering)}" if offering.lease_days or offering.most_lease_days else ""


def _zones(caller: Caller) -> QuerySet[Zone]:
    return zones_for(caller).filter(state=topology_states.ENABLED)


def _zone(row: Zone) -> Card:
    return Card(row.name, row.region.name)


def _about(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _submit(caller: Caller, row: None, values: dict[str, Any]) -> tuple[Instance, Job]:
    wanted = DeployValues(
        template=values["template"],
        offering=values["offering"],
        zone=values["zone"],
        name=values["name"],
        cpus=values.get("cpus"),
        cpu_mhz=values.get("cpu_mhz"),
        memory_mib=values.get("memory_mib"),
        **networks_in(values),
        root_size_gib=values["root_size_gib"],
        root_disk_offering=values.get("root_disk_offering") or None,
        **guest_data_in(values),
        affinity_groups=tuple(values.get("affinity_groups", ())),
        host=values.get("host") or None,
        lease_days=values.get("lease_days"),
    )
    return instances.deploy(caller, wanted)


def _answer(request: HttpRequest, result: tuple[Instance, Job]) -> HttpResponse:
    """The new instance's page, after its password where it has got one."""
    instance, _ = result
    if instance.new_password is not None:
        return password_shown(request, instance, instance.new_password)
    messages.success(request, f"{instance.name} is being deployed.")
    return HttpResponseRedirect(reverse("portal:instance", args=[instance.uuid]))


def outcome(caller: Caller, plan: Plan) -> dict[str, Any]:
    """What would be made, in sentences, and the limits it counts against as they would be afterwards; for operators
    also how a host would be found.
    """
    wanted: dict[str, int] = {}
    for effect in plan.effects:
        if effect["kind"] == "limit":
            wanted[effect["resource"]] = wanted.get(effect["resource"], 0) + effect["amount"]
    told = [one for one in plan.effects if one["kind"] != "limit"]
    # What is made comes first; services note their effects in the order in which they happen.
    sentences = [one["sentence"] for one in sorted(told, key=lambda one: one["kind"] != "create")]
    figures = figures_with(caller, wanted)
    return {"sentences": sentences, "figures": figures, **funnels.of_plan(caller, plan)}


DEPLOY = FormPage(
    route="instance-deploy",
    path="instances/deploy/",
    title="Deploy an instance",
    action=actions.DEPLOY,
    form=DeployForm,
    submit=_submit,
    button="Deploy",
    done=lambda result: f"{result[0].name} is being deployed.",
    next=lambda result: reverse("portal:instance", args=[result[0].uuid]),
    answer=_answer,
    parent="instances",
    parent_label="Instances",
    is_planned=True,
    plan_template="compute/deploy_plan.html",
    plan_values=outcome,
)

home.button(CREATE)

urlpatterns = [
    *DEPLOY.urls(),
    *TEMPLATE.add(
        RowLink(
            actions.DEPLOY,
            "instance-deploy",
            icon="plus",
            label="Deploy an instance",
            parameter="template",
            is_shown=lambda caller, row: row.state == storage_states.READY and row.is_bootable,
        )
    ),
]
