"""OS types and their categories: what templates may hold and hosts be meant for, as operators list it."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from compute.topology import actions, queries
from compute.topology.models import OsCategory, OsType
from compute.topology.services import os_types
from compute.topology.services.os_types import (
    LONGEST_NAME,
    OsCategoryChanges,
    OsCategoryValues,
    OsTypeChanges,
    OsTypeValues,
)

ROOT = RoleKind.ROOT_ADMIN


def system_choices(caller: Caller, own: str = "") -> list[Any]:
    """The names of OS types in their categories for a field of a form, with what is there already."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in queries.os_types_for(caller).order_by("category__name", "name"):
        groups.setdefault(one.category.name, []).append((one.name, one.name))
    return [("", "not known"), *_kept(own, groups.values()), *groups.items()]


def category_choices(caller: Caller, own: str = "") -> list[tuple[str, str]]:
    """The names of OS categories for a field of a form, with what is there already."""
    found = [(one.name, one.name) for one in queries.os_categories_for(caller)]
    return [("", "any"), *_kept(own, [found]), *found]


def _kept(own: str, lists: Any) -> list[tuple[str, str]]:
    is_listed = any(own == value for one in lists for value, _ in one)
    return [(own, own)] if own and not is_listed else []


def _category_link(row: OsType) -> Any:
    return cells.link(row.category.name, "os-category", row.category.uuid)


def _type_link(row: OsType) -> Any:
    return cells.link(row.name, "os-type", row.uuid)


class OsCategoryForm(PortalForm):
    """A category's name."""

    name = forms.CharField(
        max_length=LONGEST_NAME, help_text="A family of operating systems, such as Windows."
    )

    def shape(self) -> None:
        """Begins with the category's values."""
        if self.row is not None:
            self.initial = {"name": self.row.name}


class OsTypeForm(PortalForm):
    """An OS type's name and category."""

    category = forms.ChoiceField()
    name = forms.CharField(
        max_length=LONGEST_NAME,
        help_text="Such as Debian 12. One that begins with Other stands for the rest of its kind.",
    )

    def shape(self) -> None:
        """Offers the categories, and begins with the OS type's values."""
        self.offer("category", [(str(one.uuid), one.name) for one in queries.os_categories_for(self.caller)])
        if self.row is not None:
            self.initial = {"name": self.row.name, "category": str(self.row.category.uuid)}


def _add_category(caller: Caller, row: None, values: dict[str, Any]) -> OsCategory:
    return os_types.create_category(caller, OsCategoryValues(**values))


def _edit_category(caller: Caller, category: OsCategory, values: dict[str, Any]) -> OsCategory:
    return os_types.update_category(caller, category, OsCategoryChanges(**values))


def _add(caller: Caller, row: None, values: dict[str, Any]) -> OsType:
    return os_types.create(caller, OsTypeValues(**values))


def _edit(caller: Caller, row: OsType, values: dict[str, Any]) -> OsType:
    return os_types.update(caller, row, OsTypeChanges(**values))


OS_CATEGORIES = ListPage(
    route="os-categories",
    path="infrastructure/os-categories/",
    title="OS categories",
    nouns="OS categories",
    icon="template",
    rows=queries.os_categories_for,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "os-category", row.uuid), sort="name"),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="An OS category is a family of operating systems. Hosts may be meant for one.",
    search=("name",),
    create=PageLink("Add OS category", "os-category-add", actions.CREATE_OS_CATEGORY),
)
OS_CATEGORY = DetailPage(
    route="os-category",
    path="infrastructure/os-categories/",
    noun="OS category",
    row=queries.os_category_for,
    parent="os-categories",
    parent_label="OS categories",
    state=None,
    panels=(
        Facts(
            "OS category",
            (
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        Table(
            "OS types",
            lambda caller, category: queries.os_types_for(caller).filter(category=category),
            (Column("name", "Name", _type_link),),
            empty="There is no OS type in this category yet.",
            add=RowLink(
                actions.CREATE_OS_TYPE, "os-type-add", icon="plus", label="Add OS type", parameter="category"
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.UPDATE_OS_CATEGORY, "os-category-edit", icon="edit"),
        RowAction(
            actions.DELETE_OS_CATEGORY,
            os_types.delete_category,
            icon="trash",
            done="{name} is deleted.",
            goes_away=True,
        ),
    ),
)
OS_TYPES = ListPage(
    route="os-types",
    path="infrastructure/os-types/",
    title="OS types",
    nouns="OS types",
    icon="template",
    rows=queries.os_types_for,
    columns=(
        Column("name", "Name", _type_link, sort="name"),
        Column("category", "Category", _category_link, sort="category__name"),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="Templates and ISOs hold one of these operating systems. Its category says which hosts are meant for it.",
    search=("name", "category__name"),
    create=PageLink("Add OS type", "os-type-add", actions.CREATE_OS_TYPE),
)
OS_TYPE = DetailPage(
    route="os-type",
    path="infrastructure/os-types/",
    noun="OS type",
    row=queries.os_type_for,
    parent="os-types",
    parent_label="OS types",
    state=None,
    panels=(
        Facts(
            "OS type",
            (
                Fact("Category", _category_link),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.UPDATE_OS_TYPE, "os-type-edit", icon="edit"),
        RowAction(
            actions.DELETE_OS_TYPE, os_types.delete, icon="trash", done="{name} is deleted.", goes_away=True
        ),
    ),
)
FORMS = (
    adding(
        OS_CATEGORY,
        title="Add an OS category",
        action=actions.CREATE_OS_CATEGORY,
        form=OsCategoryForm,
        submit=_add_category,
        button="Add OS category",
    ),
    editing(OS_CATEGORY, action=actions.UPDATE_OS_CATEGORY, form=OsCategoryForm, submit=_edit_category),
    adding(
        OS_TYPE,
        title="Add an OS type",
        action=actions.CREATE_OS_TYPE,
        form=OsTypeForm,
        submit=_add,
        button="Add OS type",
    ),
    editing(OS_TYPE, action=actions.UPDATE_OS_TYPE, form=OsTypeForm, submit=_edit),
)

menu.entry(
    "OS types",
    "os-types",
    icon="template",
    section="Infrastructure",
    order=77,
    action=actions.READ_OS_TYPE,
    least=ROOT,
)
menu.entry(
    "OS categories",
    "os-categories",
    icon="template",
    section="Infrastructure",
    order=78,
    action=actions.READ_OS_CATEGORY,
    least=ROOT,
)
subjects.shown_at("OS type", "os-type")
subjects.shown_at("OS category", "os-category")

_PAGES = (OS_CATEGORIES, OS_CATEGORY, OS_TYPES, OS_TYPE)
urlpatterns = [
    *(pattern for form in FORMS for pattern in form.urls()),
    *(pattern for page in _PAGES for pattern in page.urls()),
]
