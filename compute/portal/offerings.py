"""Sizes: what instances may be like, for those who look and for the operators who make them."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import words_of
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter
from compute import actions, queries
from compute.models import ServiceOffering
from compute.services import offerings
from compute.services.offerings import OfferingChanges, OfferingValues

ROOT = RoleKind.ROOT_ADMIN


def _state(offering: ServiceOffering) -> str:
    return "active" if offering.is_active else "disabled"


def _instances(offering: ServiceOffering) -> Any:
    address = f"{reverse('portal:instances')}?offering={offering.uuid}"
    return format_html('<a href="{}">Those that have it</a>', address)


class OfferingForm(PortalForm):
    """A size's name, terms and tags."""

    name = forms.CharField(max_length=100, help_text="What tenants choose by, such as Small.")
    description = forms.CharField(
        required=False, max_length=100, help_text="What it is good for, in a few words."
    )
    cpus = forms.IntegerField(label="CPUs", min_value=1, initial=1)
    cpu_mhz = forms.IntegerField(label="MHz of each CPU", min_value=1, initial=1000)
    memory_mib = forms.IntegerField(label="Memory in MiB", min_value=1, initial=1024)
    host_tags = forms.CharField(
        required=False, help_text="With commas between them. Only hosts that have all of them are chosen."
    )
    storage_tags = forms.CharField(
        required=False, help_text="With commas between them. Only pools that have all of them are chosen."
    )
    is_active = forms.BooleanField(label="Open to new instances", required=False)

    def shape(self) -> None:
        """A new size is open; of one that is there the terms stay as instances have them."""
        if self.row is None:
            del self.fields["is_active"]
            return
        offering: ServiceOffering = self.row
        for name in ("cpus", "cpu_mhz", "memory_mib"):
            del self.fields[name]
        self.initial = {
            "name": offering.name,
            "description": offering.description,
            "host_tags": ", ".join(offering.host_tags),
            "storage_tags": ", ".join(offering.storage_tags),
            "is_active": offering.is_active,
        }


def _tagged(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **values,
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
        Column("state", "State", lambda row: cells.state(_state(row)), sort="is_active"),
        Column("cpus", "CPUs", "cpus", sort="cpus", kind="number"),
        Column("memory", "Memory", lambda row: formats.mib(row.memory_mib), sort="memory_mib", kind="number"),
        Column(
            "mhz", "Each CPU", lambda row: f"{row.cpu_mhz} MHz", sort="cpu_mhz", kind="number", on_phone=False
        ),
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
    state=_state,
    summary=lambda offering: offering.description,
    panels=(
        Facts(
            "Size",
            (
                Fact("CPUs", lambda row: f"{row.cpus} × {row.cpu_mhz} MHz"),
                Fact("Memory", lambda row: formats.mib(row.memory_mib)),
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
