"""Operations beside the resources: short lists that are not rows, single things, and changes to them."""

from collections.abc import Callable
from typing import Any

from rest_framework.response import Response

from cloudportal.api import handlers
from cloudportal.api.filters import Filter
from cloudportal.api.operations import Call, Operation
from cloudportal.api.shapes import Shape, Values, shown, shown_all
from cloudportal.core.actions import Action


def short_list(
    path: str,
    shape: type[Shape],
    call: Callable[..., list[Any]],
    *,
    summary: str,
    action: Action | None,
    takes: tuple[Filter, ...] = (),
) -> Operation:
    """`GET path`: everything that `call(caller, *keys, parameters)` gives, on one page.

    `takes` are filters whose values are handed on as a dictionary rather than put into a query.
    """

    def run(request: Call) -> Response:
        parameters = handlers.given(takes, request.request.query_params)
        items = call(request.caller, *request.keys, *([parameters] if takes else []))
        results = shown_all(shape, items, request.caller)
        return Response({"count": len(results), "next": None, "previous": None, "results": results})

    return Operation(
        name="list",
        method="GET",
        path=path,
        summary=summary,
        run=run,
        answers={200: handlers.page_of(shape)},
        action=action,
        filters=takes,
    )


def single(
    path: str,
    shape: type[Shape],
    call: Callable[..., Any],
    *,
    summary: str,
    action: Action | None,
    with_request: bool = False,
    takes: tuple[Filter, ...] = (),
) -> Operation:
    """`GET path`: the one thing that `call(caller, *keys)` gives, with the request by keyword where wanted.

    `takes` are parameters whose values are handed on as a dictionary.
    """

    def run(request: Call) -> Response:
        options = {"request": request.request._request} if with_request else {}
        parameters = handlers.given(takes, request.request.query_params)
        keys = (*request.keys, *([parameters] if takes else []))
        return Response(shown(shape, call(request.caller, *keys, **options), request.caller))

    return Operation(
        name="show",
        method="GET",
        path=path,
        summary=summary,
        run=run,
        answers={200: shape},
        action=action,
        filters=takes,
    )


def change(
    method: str,
    path: str,
    call: Callable[..., Any],
    *,
    name: str,
    summary: str,
    action: Action | None,
    takes: type[Values] | None = None,
    gives: type[Shape] | None = None,
    subject: Callable[..., Any] | None = None,
    with_request: bool = False,
    is_open: bool = False,
    is_plannable: bool = True,
) -> Operation:
    """`METHOD path`: what `call(caller, *keys, values)` does, answered in the shape `gives`, or 204 without one.

    `subject(caller, *keys)` finds what is changed, so that what is not the caller's is not found whatever is said
    about it. What works on the request itself, as signing in does, gets it by keyword, and cannot be planned.
    """
    found = subject

    def run(request: Call) -> Response:
        values = () if takes is None else (request.values,)
        options = {"request": request.request._request} if with_request else {}
        outcome = call(request.caller, *request.keys, *values, **options)
        if gives is None:
            return Response(status=204)
        return Response(shown(gives, outcome, request.caller))

    return Operation(
        name=name,
        method=method,
        path=path,
        summary=summary,
        run=run,
        answers={200: gives} if gives else {204: None},
        action=action,
        takes=takes,
        is_partial=method == "PATCH",
        is_plannable=is_plannable and not with_request,
        subject=None if found is None else (lambda request: found(request.caller, *request.keys)),
        is_open=is_open,
    )
