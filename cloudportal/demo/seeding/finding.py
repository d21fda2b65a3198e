"""What is there already is found by its name, so that seeding twice makes nothing twice."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def ensure(rows: QuerySet[Row], make: Callable[[], Row]) -> Row:
    """The first of these rows, or else the one that is made now."""
    return rows.first() or make()
