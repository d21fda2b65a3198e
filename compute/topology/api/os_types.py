"""OS types and their categories at the REST door."""

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values
from compute.topology import actions, queries
from compute.topology.services import os_types
from compute.topology.services.os_types import (
    OsCategoryChanges,
    OsCategoryValues,
    OsTypeChanges,
    OsTypeValues,
)


class OsCategoryShape(RowShape):
    """A family of operating systems, which hosts may be meant for."""

    name = serializers.CharField()


class CreateOsCategory(Values):
    """A category as an operator wants it."""

    name = Text(max_length=60)


class EditOsCategory(CreateOsCategory):
    """What may be changed about a category."""


class OsTypeShape(RowShape):
    """An operating system that templates may hold."""

    name = serializers.CharField()
    category = NamedShape()


class CreateOsType(Values):
    """An OS type as an operator wants it."""

    name = Text(max_length=60)
    category = Reference()


class EditOsType(Values):
    """What may be changed about an OS type."""

    name = Text(max_length=60)
    category = Reference(required=False)


OS_CATEGORIES = Resource(
    path="os-categories",
    noun="OS category",
    shape=OsCategoryShape,
    read=actions.READ_OS_CATEGORY,
    rows=queries.os_categories_for,
    row=queries.os_category_for,
    filters=(Filter("name"), by_text()),
    orderings=("name", "created_at"),
    changes=(
        Create(
            CreateOsCategory, into(OsCategoryValues, os_types.create_category), actions.CREATE_OS_CATEGORY
        ),
        Edit(EditOsCategory, into(OsCategoryChanges, os_types.update_category), actions.UPDATE_OS_CATEGORY),
        Remove(os_types.delete_category, actions.DELETE_OS_CATEGORY),
    ),
)

OS_TYPES = Resource(
    path="os-types",
    noun="OS type",
    shape=OsTypeShape,
    read=actions.READ_OS_TYPE,
    rows=queries.os_types_for,
    row=queries.os_type_for,
    filters=(Filter("name"), by_text(), by_uuid("category")),
    orderings=("name", "created_at"),
    changes=(
        Create(CreateOsType, into(OsTypeValues, os_types.create), actions.CREATE_OS_TYPE),
        Edit(EditOsType, into(OsTypeChanges, os_types.update), actions.UPDATE_OS_TYPE),
        Remove(os_types.delete, actions.DELETE_OS_TYPE),
    ),
)
