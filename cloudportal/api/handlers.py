"""From declared resources to operations: how each kind of reading and changing is run and answered."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.response import Response

from cloudportal.api import etags, filters, pagination
from cloudportal.api.operations import Call, Operation, Parameter
from cloudportal.api.resources import Change, Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import Shape, component_name, shown, shown_all
from cloudportal.api.work import JOB_ADDRESS, JobShape, Work
from cloudportal.core.errors import NotFound, NotPermitted

ROOT = "/api/v1/"
_SINGLE = "{uuid}/"


def operations_of(resource: Resource) -> tuple[Operation, ...]:
    """Everything that can be asked of the resource."""
    reads = [*([_list(resource)] if resource.rows else []), *([_show(resource)] if resource.row else [])]
    return (*reads, *(_change(resource, one) for one in resource.changes))


def added_to(resource: Resource, *verbs: Verb) -> tuple[Operation, ...]:
    """What a higher room can do to a thing of a lower one, as operations beside the thing's own."""
    return tuple(_verb(resource, one) for one in verbs)


def _list(resource: Resource) -> Operation:
    def run(call: Call) -> Response:
        sent = call.request.query_params
        rows = filters.narrowed(_rows(resource, call), resource.filters, sent)
        pages = pagination.CappedPages()
        page = pages.paginate_queryset(filters.ordered(rows, resource.orderings, sent), call.request) or []
        _complete(resource, call, page)
        return pages.get_paginated_response(shown_all(resource.shape, page, call.caller))

    orderings = ", ".join(resource.orderings)
    return Operation(
        name="list",
        method="GET",
        path=f"{resource.path}/",
        summary=f"List {_words(resource.plural)}",
        run=run,
        answers={200: page_of(resource.shape)},
        action=resource.read,
        filters=resource.filters,
        parameters=(
            Parameter("page", "integer", "From 1."),
            Parameter("page_size", "integer", "Rows per page, at most 500."),
            Parameter("ordering", "string", f"Any of: {orderings}. A dash before means descending."),
        ),
    )


def _show(resource: Resource) -> Operation:
    def run(call: Call) -> Response:
        response = _single(resource, call, _found(resource, call))
        is_known = etags.is_known(call.request, response["ETag"])
        return Response(status=304, headers={"ETag": response["ETag"]}) if is_known else response

    return Operation(
        name="show",
        method="GET",
        path=f"{resource.path}/{_SINGLE}",
        summary=f"Show one of the {_words(resource.plural)}",
        run=run,
        answers={200: resource.full},
        action=resource.read,
    )


def _change(resource: Resource, change: Change) -> Operation:
    if isinstance(change, Create):
        return _create(resource, change)
    if isinstance(change, Edit):
        return _edit(resource, change)
    if isinstance(change, Remove):
        return _remove(resource, change)
    return _verb(resource, change)


def _create(resource: Resource, change: Create) -> Operation:
    shape = change.gives or resource.full

    def run(call: Call) -> Response:
        outcome = change.call(call.caller, *call.keys, call.values)
        if isinstance(outcome, Work):
            return _working(resource, call, outcome, _made(resource, call, outcome.row), change.tells)
        row = outcome if change.gives else _made(resource, call, outcome)
        response = _single(resource, call, row, shape=shape, status=201)
        if resource.row is not None:
            response["Location"] = f"{ROOT}{_filled(resource.path, call)}/{outcome.uuid}/"
        return response

    return Operation(
        name="create",
        method="POST",
        path=f"{resource.path}/",
        summary=change.summary or f"Create one of the {_words(resource.plural)}",
        run=run,
        answers={202: work_on(resource, change.tells)} if change.works else {201: shape},
        action=change.action,
        takes=change.takes,
        is_create=True,
        told_once=(*shape.told_once, *(change.tells.told_once if change.tells else ())),
    )


def _edit(resource: Resource, change: Edit) -> Operation:
    def run(call: Call) -> Response:
        change.call(call.caller, _own(resource, call), call.values)
        return _single(resource, call, _found(resource, call))

    return Operation(
        name="edit",
        method="PATCH",
        path=f"{resource.path}/{_SINGLE}",
        summary=change.summary or f"Edit one of the {_words(resource.plural)}",
        run=run,
        answers={200: resource.full},
        action=change.action,
        takes=change.takes,
        is_partial=change.is_partial,
        subject=lambda call: _own(resource, call),
        shape=resource.full,
    )


def _remove(resource: Resource, change: Remove) -> Operation:
    def run(call: Call) -> Response:
        options = given(change.options, call.request.query_params)
        outcome = change.call(call.caller, _own(resource, call), **options)
        return _worked(resource, call, outcome) if isinstance(outcome, Work) else Response(status=204)

    return Operation(
        name="remove",
        method="DELETE",
        path=f"{resource.path}/{_SINGLE}",
        summary=change.summary or f"Remove one of the {_words(resource.plural)}",
        run=run,
        answers={202: work_on(resource)} if change.works else {204: None},
        action=change.action,
        filters=change.options,
        subject=lambda call: _own(resource, call),
        shape=resource.full,
    )


def _verb(resource: Resource, change: Verb) -> Operation:
    def run(call: Call) -> Response:
        values = () if change.takes is None else (call.values,)
        outcome = change.call(call.caller, _own(resource, call), *values)
        if isinstance(outcome, Work):
            return _worked(resource, call, outcome, change.tells)
        if change.gives is not None:
            return Response(shown(change.gives, outcome, call.caller))
        row = _find_again(resource, call)
        return Response(status=204) if row is None else _single(resource, call, row)

    return Operation(
        name=change.name,
        method="POST",
        path=f"{resource.path}/{_SINGLE}{change.name}/",
        summary=change.summary or change.action.label,
        run=run,
        answers=_answers_of(resource, change),
        action=change.action,
        takes=change.takes,
        is_plannable=change.is_plannable,
        subject=lambda call: _own(resource, call),
        shape=resource.full,
    )


def _answers_of(resource: Resource, change: Verb) -> dict[int, type[Shape] | None]:
    if change.works:
        return {202: work_on(resource, change.tells), **({204: None} if change.sometimes else {})}
    return {200: change.gives or resource.full}


def _rows(resource: Resource, call: Call) -> Any:
    rows: Callable[..., Any] = resource.rows  # type: ignore[assignment]
    return rows(call.caller, *call.keys)


def _found(resource: Resource, call: Call) -> Any:
    row: Callable[..., Any] = resource.row  # type: ignore[assignment]
    found = row(call.caller, *call.keys)
    _complete(resource, call, [found])
    return found


def _own(resource: Resource, call: Call) -> Any:
    return resource.own(call.caller, *call.keys) if resource.own else _found(resource, call)


def _made(resource: Resource, call: Call, row: Any) -> Any:
    # Shown as its show would show it, but whoever may make it and not see it gets what the service gave.
    if resource.row is None:
        return row
    try:
        made = resource.row(call.caller, *call.keys, row.uuid)
    except (NotFound, NotPermitted):
        made = row
    _complete(resource, call, [made])
    return made


def _complete(resource: Resource, call: Call, rows: list[Any]) -> None:
    if resource.complete is not None:
        resource.complete(call.caller, rows)


def given(options: Iterable[filters.Filter], sent: QueryDict) -> dict[str, Any]:
    """The values of those parameters that were sent, by name. Raises InvalidInput for one that makes no sense."""
    return {one.name: one.value_of(str(sent[one.name])) for one in options if one.name in sent}


def _find_again(resource: Resource, call: Call) -> Any | None:
    # Read afresh, because a service may leave what was prefetched out of date; and a change can take the row out
    # of its own caller's sight, as when somebody leaves a project.
    try:
        return _found(resource, call)
    except NotFound:
        return None


def _single(
    resource: Resource, call: Call, row: Any, *, shape: type[Shape] | None = None, status: int = 200
) -> Response:
    values = shown(shape or resource.full, row, call.caller)
    return Response(values, status=status, headers={"ETag": etags.tag_of_values(values)})


def _worked(resource: Resource, call: Call, work: Work, tells: type[Shape] | None = None) -> Response:
    return _working(resource, call, work, _find_again(resource, call), tells)


def _working(
    resource: Resource, call: Call, work: Work, row: Any | None, tells: type[Shape] | None = None
) -> Response:
    body: dict[str, Any] = {"job": shown(JobShape, work.job, call.caller)}
    # A job that works on a job, as a retry does, is told once.
    if resource.key not in body:
        body[resource.key] = None if row is None else shown(resource.full, row, call.caller)
    if tells is not None:
        body |= shown(tells, work.told, call.caller)
    return Response(body, status=202, headers={"Location": JOB_ADDRESS.format(uuid=work.job.uuid)})


def _filled(path: str, call: Call) -> str:
    keys = iter(call.keys)
    return "/".join(str(next(keys)) if part.startswith("{") else part for part in path.split("/"))


def _words(plural: str) -> str:
    return plural.replace("-", " ")


@cache
def page_of(shape: type[Shape]) -> type[Shape]:
    """The shape of a page of these."""
    fields = {
        "count": serializers.IntegerField(help_text="Rows on all pages."),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": shape(many=True),
        "__doc__": "One page of a list.",
    }
    return type(f"{component_name(shape)}Page", (Shape,), fields)


def work_on(resource: Resource, tells: type[Shape] | None = None) -> type[Shape]:
    """The shape of an answer about work: the job, the row that it works on, and what is told beside them."""
    return _work_on(resource.key, resource.full, tells)


@cache
def _work_on(key: str, full: type[Shape], tells: type[Shape] | None) -> type[Shape]:
    # One for all addresses at which things of this shape are worked on.
    fields = {
        key: full(allow_null=True),
        "job": JobShape(),
        "__doc__": "Work that has been taken on; its job says how far it is.",
    }
    name = f"{component_name(full)}Work{component_name(tells) if tells else ''}"
    return type(name, (tells or Shape,), fields)
