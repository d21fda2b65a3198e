"""One shape for every refusal: `{"code", "detail", "values", "fields"}`."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from cloudportal.core.errors import PortalError


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception that a view raised, or None for a mistake of ours."""
    if isinstance(error, PortalError):
        body = {"code": error.code, "detail": error.detail, "values": error.values, "fields": error.fields}
        return Response(body, status=error.status)
    return exception_handler(error, context)
