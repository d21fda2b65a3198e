"""OS types and their categories: created, edited, deleted when nothing names them."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from compute.topology import actions, queries
from compute.topology.dependants import demand_none
from compute.topology.models import OsCategory, OsType
from compute.topology.services.rows import change, given, taken_once

LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True)
class OsCategoryValues:
    """A category as an operator wants it."""

    name: str


@dataclass(frozen=True, kw_only=True)
class OsCategoryChanges:
    """What may be changed about a category; None leaves it as it is."""

    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class OsTypeValues:
    """An OS type as an operator wants it."""

    name: str
    category: UUID | str


@dataclass(frozen=True, kw_only=True)
class OsTypeChanges:
    """What may be changed about an OS type; None leaves it as it is."""

    name: str | None = None
    category: UUID | str | None = None


@transaction.atomic
def create_category(caller: Caller, values: OsCategoryValues) -> OsCategory:
    """A new category. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.CREATE_OS_CATEGORY.permit(caller)
    name = _name(values.name)
    with taken_once("OS category", name):
        category = OsCategory.objects.create(name=name)
    records.record(caller, "GUEST.OS.CATEGORY.ADD", About.of(category), after={"name": name})
    plans.note("create", f"Adds the OS category {name}.", noun="OS category")
    return category


@transaction.atomic
def update_category(caller: Caller, category: OsCategory, changes: OsCategoryChanges) -> OsCategory:
    """The category with the changes. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.UPDATE_OS_CATEGORY.check(caller, category)
    values = given(changes)
    if "name" in values:
        values["name"] = _name(values["name"])
    before, after = change(category, values)
    records.record(caller, "GUEST.OS.CATEGORY.UPDATE", About.of(category), before=before, after=after)
    plans.note("update", f"Changes the OS category {category.name}.", before=before, after=after)
    return category


@transaction.atomic
def delete_category(caller: Caller, category: OsCategory) -> None:
    """The category is gone. Raises Conflict while it has OS types, or hosts are meant for it."""
    actions.DELETE_OS_CATEGORY.check(caller, category)
    demand_none(category)
    records.record(caller, "GUEST.OS.CATEGORY.DELETE", About.of(category))
    plans.note("delete", f"Deletes the OS category {category.name}.")
    category.delete()


@transaction.atomic
def create(caller: Caller, values: OsTypeValues) -> OsType:
    """A new OS type. Templates that are there keep theirs. Raises NotFound, InvalidInput, and Conflict."""
    actions.CREATE_OS_TYPE.permit(caller)
    category = queries.os_category_for(caller, values.category)
    name = _name(values.name)
    with taken_once("OS type", name):
        row = OsType.objects.create(name=name, category=category)
    after = {"name": name, "category": category.name}
    records.record(caller, "GUEST.OS.ADD", About.of(row), after=after)
    plans.note("create", f"Adds the OS type {name} to {category.name}.", noun="OS type")
    return row


@transaction.atomic
def update(caller: Caller, row: OsType, changes: OsTypeChanges) -> OsType:
    """The OS type with the changes. Raises NotFound, InvalidInput, and Conflict for a name that is taken."""
    actions.UPDATE_OS_TYPE.check(caller, row)
    values = given(changes)
    if "name" in values:
        values["name"] = _name(values["name"])
    if "category" in values:
        values["category"] = queries.os_category_for(caller, values["category"])
    before, after = (_in_words(one) for one in change(row, values))
    records.record(caller, "GUEST.OS.UPDATE", About.of(row), before=before, after=after)
    plans.note("update", f"Changes the OS type {row.name}.", before=before, after=after)
    return row


@transaction.atomic
def delete(caller: Caller, row: OsType) -> None:
    """The OS type is gone. Raises Conflict while templates hold it."""
    actions.DELETE_OS_TYPE.check(caller, row)
    demand_none(row)
    records.record(caller, "GUEST.OS.REMOVE", About.of(row))
    plans.note("delete", f"Deletes the OS type {row.name}.")
    row.delete()


def _name(value: str) -> str:
    name = names.check_label(value)
    if len(name) > LONGEST_NAME:
        raise InvalidInput.of("name", f"Use at most {LONGEST_NAME} characters.")
    return name


def _in_words(values: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
