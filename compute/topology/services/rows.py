"""What the services of all places share: names are taken once, changes are shown, words are checked."""

from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from django.db import IntegrityError, models, transaction

from cloudportal.core import names
from cloudportal.core.errors import Conflict


@contextmanager
def taken_once(noun: str, name: str) -> Any:
    """Turns the refusal of a unique name inside the block into a Conflict that says what to do."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        sentence = f"There is a {noun} named {name} there already. Choose another name."
        raise Conflict(sentence, fields={"name": [sentence]}) from error


def given(changes: Any) -> dict[str, Any]:
    """The fields of a dataclass of changes that are not None."""
    values = {one.name: getattr(changes, one.name) for one in fields(changes)}
    return {name: value for name, value in values.items() if value is not None}


def change(row: models.Model, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Writes the values that differ and returns what they were and are. Raises Conflict for a name that is taken."""
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    after = {name: values[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        with taken_once(str(row._meta.verbose_name), str(after.get("name", row))):
            row.save(update_fields=list(after))
    return before, after


def cleaned_tags(values: Iterable[str], *, field: str = "tags") -> list[str]:
    """The tags, each once, in order of the alphabet."""
    return sorted({names.check_label(value, field=field) for value in values})
