"""One shape for every refusal and fault: `{"code", "detail", "values", "fields"}`."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from cloudportal.api.refusals import TooLarge, TryAgain
from cloudportal.core.contention import gave_way
from cloudportal.core.errors import InvalidInput, NotSignedIn, PortalError

log = logging.getLogger(__name__)

Body = dict[str, Any]

# Faults of the frameworks, with the code and sentence that people and programs get instead of theirs.
_PLAIN: tuple[tuple[type[Exception], int, str, str], ...] = (
    (exceptions.ParseError, 400, "unreadable", "The body could not be read. Send one JSON object."),
    (exceptions.MethodNotAllowed, 405, "method-not-allowed", "This address does not take that method."),
    (
        exceptions.NotAcceptable,
        406,
        "not-acceptable",
        "This door answers in JSON only. Accept application/json.",
    ),
    (exceptions.UnsupportedMediaType, 415, "unsupported-media-type", "Send JSON, as application/json."),
    (exceptions.Throttled, 429, "too-many-requests", "Too many requests. Wait a moment before the next."),
    (exceptions.NotFound, 404, "not-found", "There is nothing at this address. Addresses end with a slash."),
    (Http404, 404, "not-found", "There is nothing at this address. Addresses end with a slash."),
    (PermissionDenied, 403, "not-permitted", "You may not do this."),
    (SuspiciousOperation, 400, "refused", "The request was refused because it is not well formed."),
)


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to whatever a view raised. A mistake of ours is logged under an incident id and tells no more."""
    set_rollback()
    status, body, headers = described(error)
    if status == 500:
        log.error("Incident %s", body["values"]["incident"], exc_info=error)
    return Response(body, status=status, headers=headers)


def described(error: Exception) -> tuple[int, Body, dict[str, str]]:
    """Status, body and headers for the error."""
    refusal = _refusal(error)
    if refusal is not None:
        return refusal.status, body_of(refusal), _headers(refusal.status, refusal.values)
    if isinstance(error, exceptions.PermissionDenied):
        return 403, _body("not-permitted", str(error.detail)), {}
    for kind, status, code, sentence in _PLAIN:
        if isinstance(error, kind):
            return status, _body(code, sentence), _headers(status, {})
    return 500, incident_body(), {}


def body_of(refusal: PortalError) -> Body:
    """The refusal in the house's shape."""
    return {
        "code": refusal.code,
        "detail": refusal.detail,
        "values": refusal.values,
        "fields": refusal.fields,
    }


def incident_body() -> Body:
    """The shape for a mistake of ours, with a fresh incident id that the log repeats."""
    incident = str(uuid4())
    sentence = f"Something went wrong on our side. Tell your administrator the incident {incident}."
    return {**_body("internal", sentence), "values": {"incident": incident}}


def plain_body(status: int) -> Body:
    """The shape for an answer that a framework gave by its status alone."""
    sentences = {known: (code, sentence) for _, known, code, sentence in _PLAIN}
    return _body(*sentences.get(status, sentences[400]))


def _body(code: str, sentence: str) -> Body:
    return {"code": code, "detail": sentence, "values": {}, "fields": {}}


def _headers(status: int, values: Mapping[str, Any]) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="cloud portal"'}
    if status == 429:
        return {"Retry-After": str(values.get("retry_after_seconds", 60))}
    return {"Retry-After": "1"} if status == 503 else {}


def _refusal(error: Exception) -> PortalError | None:
    if isinstance(error, PortalError):
        return error
    if isinstance(error, exceptions.ValidationError):
        return invalid(error.detail)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return NotSignedIn()
    if isinstance(error, RequestDataTooBig):
        return TooLarge("The body is longer than this door takes. Send less at once.")
    if gave_way(error):
        return TryAgain()
    return None


def invalid(detail: Any) -> InvalidInput:
    """The serializer's complaints as one refusal, with dotted names for what is nested."""
    fields: dict[str, list[str]] = {}
    _flatten(detail, "", fields)
    general = fields.pop("", None)
    if general and not fields:
        return InvalidInput(general[0])
    return InvalidInput(fields=fields)


def _flatten(detail: Any, name: str, fields: dict[str, list[str]]) -> None:
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            part = "" if key == "non_field_errors" else str(key)
            _flatten(inner, f"{name}.{part}".strip("."), fields)
    elif isinstance(detail, list) and any(isinstance(one, Mapping | list) for one in detail):
        for number, inner in enumerate(detail):
            _flatten(inner, f"{name}.{number}".strip("."), fields)
    else:
        sentences = detail if isinstance(detail, list) else [detail]
        fields.setdefault(name, []).extend(str(one) for one in sentences)
