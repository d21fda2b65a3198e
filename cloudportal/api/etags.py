"""Versions of what is shown: an ETag that changes with the representation, and edits that name theirs."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from cloudportal.api.refusals import NotComparable
from cloudportal.api.shapes import Shape, shown
from cloudportal.core.caller import Caller
from cloudportal.core.errors import EditedMeanwhile

HEADER = "If-Match"


def tag_of_values(values: Any) -> str:
    """The ETag of a representation. Weak: it says what was shown, not how it was written."""
    text = json.dumps(values, cls=JSONEncoder, sort_keys=True)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def tag_of(shape: type[Shape], row: Model, caller: Caller | None) -> str:
    """The ETag of the row as this caller sees it."""
    return tag_of_values(shown(shape, row, caller))


def named(header: str) -> set[str]:
    """The tags in an If-Match or If-None-Match header, without their weakness."""
    return {part.strip().removeprefix("W/") for part in header.split(",") if part.strip()}


def is_known(request: Request, tag: str) -> bool:
    """True where the client already has what this tag stands for (If-None-Match)."""
    return tag.removeprefix("W/") in named(request.headers.get("If-None-Match", ""))


def unless_edited(
    request: Request,
    change: Callable[[], Response],
    *,
    find: Callable[[], Model] | None = None,
    tag: Callable[[Model], str] = lambda _: "",
) -> Response:
    """Carries the change out unless the row is no longer what the client's If-Match names (EditedMeanwhile).

    The row is locked between the comparison and the end of the change, so that of two edits of the same version
    one is refused.
    """
    wanted = request.headers.get(HEADER)
    if wanted is None:
        return change()
    if find is None:
        raise NotComparable()
    with transaction.atomic():
        row = find()
        # Locked by key alone: the queries behind `find` may join what must not be locked.
        type(row)._base_manager.select_for_update().filter(pk=row.pk).first()
        if "*" not in named(wanted) and tag(find()).removeprefix("W/") not in named(wanted):
            raise EditedMeanwhile()
        return change()
