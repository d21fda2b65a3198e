"""Bringing stored secrets under the newest encryption key, so that an older one can be taken out of use."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast

from cloudportal.core.secrets import EncryptedField


def rotate_all() -> int:
    """Every stored secret is under the newest key; returns how many were brought there.

    May be repeated, also while the portal runs. Raises Undecipherable where a key is missing.
    """
    return sum(_rotate(field) for field in encrypted_fields())


def encrypted_fields() -> Iterator[EncryptedField]:
    """Every column that holds secrets."""
    for model in apps.get_models():
        yield from (field for field in model._meta.concrete_fields if isinstance(field, EncryptedField))


def _rotate(field: EncryptedField) -> int:
    rows = field.model._base_manager.annotate(cipher=Cast(field.attname, models.TextField()))
    filled = rows.exclude(cipher=None).exclude(cipher="").values_list("pk", flat=True)
    return sum(_rotate_one(rows.filter(pk=pk), field.attname) for pk in list(filled))


def _rotate_one(row: models.QuerySet[Any], name: str) -> int:
    found = row.values_list("cipher", name).first()
    # Guarded: a secret that was changed since it was read is under the newest key already.
    return row.filter(cipher=found[0]).update(**{name: found[1]}) if found else 0
