"""Disk offerings: what disks may be like, for those who look and for the operators who make them."""

from typing import Any, ClassVar

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import words_of
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import Group, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter
from compute.topology.portal import offered
from compute.topology.portal.offered import OfferedForm, amount_field, bound, is_open
from storage import actions, queries
from storage.amounts import GIB
from storage.models import FAT, SPARSE, THIN, DiskOffering
from storage.services import offerings
from storage.services.offerings import LIMITS, SIZES, DiskOfferingChanges, DiskOfferingValues
from storage.services.volumes import LARGEST_GIB

ROOT = RoleKind.ROOT_ADMIN
PROVISIONING = (
    (THIN, "thin: takes room as it is written"),
    (SPARSE, "sparse: its map is made beforehand"),
    (FAT, "fat: takes all of its room at once"),
)


class DiskOfferingForm(OfferedForm):
    """A disk offering's name, terms, tags, and whom it is for."""

    groups: ClassVar = (
        Group("What it is called", ("name", "description", "is_active")),
        Group(
            "How large its disks are",
            (*SIZES, "provisioning"),
            "A size that is left empty is said by whoever creates a volume, within the bounds where there are any.",
        ),
        Group("How fast they are", LIMITS, "For each disk. Empty for no limit."),
        Group("Where they lie", ("tags", "zones")),
        Group("Whom it is for", ("domains",)),
    )

    name = forms.CharField(max_length=100, help_text="What tenants choose by, such as Fast.")
    description = forms.CharField(
        required=False, max_length=100, help_text="What it is good for, in a few words."
    )
    size_gib = amount_field("Size in GiB")
    least_gib = amount_field("Least GiB")
    most_gib = amount_field("Most GiB")
    provisioning = forms.ChoiceField(choices=PROVISIONING, initial=THIN)
    read_iops = amount_field("Reads a second")
    write_iops = amount_field("Writes a second")
    read_bytes_per_second = amount_field("Bytes read a second")
    write_bytes_per_second = amount_field("Bytes written a second")
    tags = forms.CharField(
        label="Storage tags",
        required=False,
        help_text="With commas between them. Only pools that have all of them are chosen.",
    )
    is_active = forms.BooleanField(label="Open to new volumes", required=False)

    def shape(self) -> None:
        """A new offering is open; of one that is there the terms stay as volumes have them."""
        self.offer_bonds()
        if self.row is None:
            del self.fields["is_active"]
            return
        offering: DiskOffering = self.row
        for name in (*SIZES, *LIMITS, "provisioning"):
            del self.fields[name]
        self.initial = {
            "name": offering.name,
            "description": offering.description,
            "tags": ", ".join(offering.tags),
            "is_active": offering.is_active,
            **self.bonds(),
        }


def _tagged(values: dict[str, Any]) -> dict[str, Any]:
    return {**bound(values), "tags": words_of(values["tags"])}


def _create(caller: Caller, row: None, values: dict[str, Any]) -> DiskOffering:
    return offerings.create(caller, DiskOfferingValues(**_tagged(values)))


def _edit(caller: Caller, offering: DiskOffering, values: dict[str, Any]) -> DiskOffering:
    return offerings.update(caller, offering, DiskOfferingChanges(**_tagged(values)))


def _size(offering: DiskOffering) -> str:
    if offering.size_gib is not None:
        return formats.size(offering.size_gib * GIB)
    least, most = offering.least_gib or 1, offering.most_gib or LARGEST_GIB
    return f"{formats.size(least * GIB)} to {formats.size(most * GIB)}"


def speed(operations: int | None, bytes_: int | None) -> str:
    """What may be done in a second, or that nothing limits it."""
    limits = (
        f"{operations} a second" if operations else "",
        f"{formats.size(bytes_)} a second" if bytes_ else "",
    )
    return " and ".join(one for one in limits if one) or "not limited"


OFFERINGS = ListPage(
    route="disk-offerings",
    path="disk-offerings/",
    title="Disk offerings",
    nouns="disk offerings",
    icon="volume",
    rows=queries.disk_offerings_for,
    columns=(
        Column(
            "name",
            "Name",
            lambda row: cells.link(row.name, "disk-offering", row.uuid, note=row.description),
            sort="name",
        ),
        Column("state", "State", lambda row: cells.state(is_open(row)), sort="is_active"),
        Column("size", "Size", _size, sort="size_gib", kind="number"),
        Column("reads", "Reads", lambda row: speed(row.read_iops, row.read_bytes_per_second), on_phone=False),
        Column(
            "writes", "Writes", lambda row: speed(row.write_iops, row.write_bytes_per_second), on_phone=False
        ),
        Column("tags", "Storage tags", lambda row: cells.words(row.tags), least=ROOT, on_phone=False),
    ),
    about="A disk offering says how large and how fast a volume is. Tenants choose one when they create a volume.",
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
    create=PageLink("Create disk offering", "disk-offering-add", actions.CREATE_DISK_OFFERING),
)
OFFERING = DetailPage(
    route="disk-offering",
    path="disk-offerings/",
    noun="disk offering",
    row=queries.disk_offering_for,
    parent="disk-offerings",
    parent_label="Disk offerings",
    state=is_open,
    summary=lambda offering: offering.description,
    panels=(
        Facts(
            "Disk offering",
            (
                Fact("Size", _size),
                Fact("Reads", lambda row: speed(row.read_iops, row.read_bytes_per_second)),
                Fact("Writes", lambda row: speed(row.write_iops, row.write_bytes_per_second)),
                Fact("Provisioning", "provisioning"),
                *offered.FACTS,
                Fact("Storage tags", lambda row: cells.words(row.tags), least=ROOT),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.UPDATE_DISK_OFFERING, "disk-offering-edit", icon="edit"),
        RowAction(
            actions.DELETE_DISK_OFFERING,
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
        title="Create a disk offering",
        action=actions.CREATE_DISK_OFFERING,
        form=DiskOfferingForm,
        submit=_create,
        button="Create disk offering",
    ),
    editing(OFFERING, action=actions.UPDATE_DISK_OFFERING, form=DiskOfferingForm, submit=_edit),
)

menu.entry(
    "Disk offerings",
    "disk-offerings",
    icon="volume",
    section="Infrastructure",
    order=75,
    action=actions.READ_DISK_OFFERING,
    least=ROOT,
)
subjects.shown_at("disk offering", "disk-offering")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *OFFERINGS.urls(), *OFFERING.urls()]
