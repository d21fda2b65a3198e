"""Sizes: what instances may be like, for those who look and for the operators who make them."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import words_of
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import Group, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter
from compute import actions, queries
from compute.models import Lease, ServiceOffering
from compute.portal import words
from compute.services import offerings
from compute.services.offerings import ROOT_LIMITS, TERMS, OfferingChanges, OfferingValues
from compute.services.sizing import BOUNDS
from compute.topology.portal import offered
from compute.topology.portal.offered import OfferedForm, amount_field, bound, is_open
from storage.models import THIN
from storage.portal.offerings import PROVISIONING, speed

ROOT = RoleKind.ROOT_ADMIN
BOUND_FIELDS = tuple(f"{end}_{name}" for name in BOUNDS for end in ("least", "most"))


def _instances(offering: ServiceOffering) -> Any:
    address = f"{reverse('portal:instances')}?offering={offering.uuid}"
    return format_html('<a href="{}">Those that have it</a>', address)


class OfferingForm(OfferedForm):
    """A size's name, terms, tags, and whom it is for."""

    groups: ClassVar = (
        Group("What it is called", ("name", "description", "is_active")),
        Group(
            "How large it is",
            ("cpus", "cpu_mhz", "memory_mib", *BOUND_FIELDS),
            "What is left empty is said by whoever deploys, within the bounds where there are any.",
        ),
        Group("What it is promised", ("is_cpu_capped", "network_rate_mbits", "is_highly_available")),
        Group(
            "Its root disk",
            ("root_provisioning", *ROOT_LIMITS),
            "Where the disk has no disk offering of its own. Empty for no limit.",
        ),
        Group(
            "How long its instances live",
            ("lease_days", "most_lease_days", "lease_policy"),
            "What is left empty is as the settings say.",
        ),
        Group("Where it runs", ("host_tags", "storage_tags", "zones")),
        Group("Whom it is for", ("domains",)),
    )

    name = forms.CharField(max_length=100, help_text="What tenants choose by, such as Small.")
    description = forms.CharField(
        required=False, max_length=100, help_text="What it is good for, in a few words."
    )
    cpus = amount_field("CPUs", initial=1)
    cpu_mhz = amount_field("MHz of each CPU", initial=1000)
    memory_mib = amount_field("Memory in MiB", initial=1024)
    least_cpus = amount_field("Fewest CPUs")
    most_cpus = amount_field("Most CPUs")
    least_cpu_mhz = amount_field("Least MHz")
    most_cpu_mhz = amount_field("Most MHz")
    least_memory_mib = amount_field("Least memory in MiB")
    most_memory_mib = amount_field("Most memory in MiB")
    is_cpu_capped = forms.BooleanField(
        label="Keep it to its MHz", required=False, help_text="Even while its host has more to give."
    )
    network_rate_mbits = amount_field("Mbit/s of each network card", "Each way. Empty for no cap.")
    is_highly_available = forms.BooleanField(label="Start it elsewhere when its host fails", required=False)
    root_provisioning = forms.ChoiceField(label="Provisioning", choices=PROVISIONING, initial=THIN)
    root_read_iops = amount_field("Reads a second")
    root_write_iops = amount_field("Writes a second")
    root_read_bytes_per_second = amount_field("Bytes read a second")
    root_write_bytes_per_second = amount_field("Bytes written a second")
    lease_days = amount_field("Days to begin with")
    most_lease_days = amount_field("Days from now at most", "To that they may be extended, again and again.")
    lease_policy = forms.ChoiceField(
        label="Then they are",
        required=False,
        choices=[("", "what the settings say"), (Lease.STOP, "stopped"), (Lease.DESTROY, "destroyed")],
    )
    host_tags = forms.CharField(
        required=False, help_text="With commas between them. Only hosts that have all of them are chosen."
    )
    storage_tags = forms.CharField(
        required=False, help_text="With commas between them. Only pools that have all of them are chosen."
    )
    is_active = forms.BooleanField(label="Open to new instances", required=False)

    def shape(self) -> None:
        """A new size is open; of one that is there the terms stay as instances have them."""
        self.offer_bonds()
        if self.row is None:
            del self.fields["is_active"]
            return
        offering: ServiceOffering = self.row
        for name in TERMS:
            del self.fields[name]
        self.initial = {
            "name": offering.name,
            "description": offering.description,
            "host_tags": ", ".join(offering.host_tags),
            "storage_tags": ", ".join(offering.storage_tags),
            "is_active": offering.is_active,
            **self.bonds(),
        }


def _tagged(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **bound(values),
        "host_tags": words_of(values["host_tags"]),
        "storage_tags": words_of(values["storage_tags"]),
    }


def _create(caller: Caller, row: None, values: dict[str, Any]) -> ServiceOffering:
    return offerings.create(caller, OfferingValues(**_tagged(values)))


def _edit(caller: Caller, offering: ServiceOffering, values: dict[str, Any]) -> ServiceOffering:
    return offerings.update(caller, offering, OfferingChanges(**_tagged(values)))


OFFERINGS = ListPage(
    route="offerings",
    path="sizes/",
    title="Sizes",
    nouns="sizes",
    icon="offering",
    rows=queries.offerings_for,
    columns=(
        Column(
            "name",
            "Name",
            lambda row: cells.link(row.name, "offering", row.uuid, note=row.description),
            sort="name",
        ),
        Column("state", "State", lambda row: cells.state(is_open(row)), sort="is_active"),
        Column("cpus", "CPUs", words.cpus, sort="cpus", kind="number"),
        Column("memory", "Memory", words.memory, sort="memory_mib", kind="number"),
        Column("mhz", "Each CPU", words.mhz, sort="cpu_mhz", kind="number", on_phone=False),
        Column("tags", "Host tags", lambda row: cells.words(row.host_tags), least=ROOT, on_phone=False),
        Column(
            "storage", "Storage tags", lambda row: cells.words(row.storage_tags), least=ROOT, on_phone=False
        ),
    ),
    about="A size says how many CPUs and how much memory an instance gets. Tenants choose one when they deploy.",
    search=("name", "description"),
    filters=(
        Filter(
            "state",
            "State",
            "is_active",
            lambda caller: [("active", "active"), ("disabled", "disabled")] if caller.is_root_admin else [],
            read=lambda value: value == "active",
        ),
    ),
    create=PageLink("Create size", "offering-add", actions.CREATE_OFFERING),
)
OFFERING = DetailPage(
    route="offering",
    path="sizes/",
    noun="size",
    row=queries.offering_for,
    parent="offerings",
    parent_label="Sizes",
    state=is_open,
    summary=lambda offering: offering.description,
    panels=(
        Facts(
            "Size",
            (
                Fact("CPUs", words.cpus),
                Fact(
                    "Each CPU", lambda row: f"{words.mhz(row)}{', never more' if row.is_cpu_capped else ''}"
                ),
                Fact("Memory", words.memory),
                Fact("Network", words.network_rate),
                Fact(
                    "When its host fails",
                    lambda row: "starts elsewhere" if row.is_highly_available else "waits for it",
                ),
                Fact("Root disk", lambda row: row.root_provisioning),
                Fact(
                    "Root disk reads", lambda row: speed(row.root_read_iops, row.root_read_bytes_per_second)
                ),
                Fact(
                    "Root disk writes",
                    lambda row: speed(row.root_write_iops, row.root_write_bytes_per_second),
                ),
                Fact("Its instances live", words.lease),
                *offered.FACTS,
                Fact("Host tags", lambda row: cells.words(row.host_tags), least=ROOT),
                Fact("Storage tags", lambda row: cells.words(row.storage_tags), least=ROOT),
                Fact("Instances", _instances),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.UPDATE_OFFERING, "offering-edit", icon="edit"),
        RowAction(
            actions.DELETE_OFFERING,
            offerings.delete,
            icon="trash",
            done="Nobody can choose {name} any more.",
            goes_away=True,
        ),
    ),
)
FORMS = (
    adding(
        OFFERING,
        title="Create a size",
        action=actions.CREATE_OFFERING,
        form=OfferingForm,
        submit=_create,
        button="Create size",
    ),
    editing(OFFERING, action=actions.UPDATE_OFFERING, form=OfferingForm, submit=_edit),
)

menu.entry(
    "Sizes",
    "offerings",
    icon="offering",
    section="Infrastructure",
    order=70,
    action=actions.READ_OFFERING,
    least=ROOT,
)
subjects.shown_at("service offering", "offering")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *OFFERINGS.urls(), *OFFERING.urls()]
