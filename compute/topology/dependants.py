"""What still stands on a row: everything that protects it from being deleted, whichever room it lives in."""

from dataclasses import dataclass

from django.db import models

from cloudportal.core.errors import Conflict
from cloudportal.core.states import readable_list

EXAMPLES = 3


@dataclass(frozen=True)
class Dependants:
    """Rows of one kind; `names` are the first few."""

    noun: str
    count: int
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.count} {self.noun}"


def dependants_of(row: models.Model) -> tuple[Dependants, ...]:
    """Every kind of row that a foreign key ties to this one for keeps, with how many there are.

    Read from the tables' own declarations, so that a low room need not know the rooms above it.
    """
    found = [_count(relation, row) for relation in row._meta.related_objects if _protects(relation)]
    return tuple(sorted((one for one in found if one.count), key=lambda one: one.noun))


def demand_none(row: models.Model) -> None:
    """Returns when nothing stands on the row, else raises Conflict with a sentence that says what does."""
    found = dependants_of(row)
    if not found:
        return
    noun = row._meta.verbose_name
    what = readable_list(str(one) for one in found).replace(" or ", " and ")
    raise Conflict(
        f"The {noun} {row} still has {what}. Remove these first, then delete it.",
        dependants={one.noun: one.count for one in found},
    )


def _protects(relation: models.ForeignObjectRel) -> bool:
    return getattr(relation, "on_delete", None) is models.PROTECT


def _count(relation: models.ForeignObjectRel, row: models.Model) -> Dependants:
    model = relation.related_model
    rows = model._base_manager.filter(**{relation.field.name: row})
    names = tuple(str(one) for one in rows[:EXAMPLES])
    return Dependants(str(model._meta.verbose_name_plural), rows.count(), names)
