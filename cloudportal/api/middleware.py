"""What holds for every answer below /api/: the door's own shape, also where no view made it, such as for a refused host
or an unknown address, and no copy of it in anybody's cache.
"""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from cloudportal.api.errors import incident_body, plain_body

log = logging.getLogger(__name__)
PREFIX = "/api/"
_OF_THE_BODY = ("Content-Type", "Content-Length", "Content-Language")


class JsonRefusals:
    """Nothing but JSON leaves the REST door, whoever refuses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX):
            return response
        if _needs_shape(response):
            response = _shaped(request, response)
        # It is one caller's view of the cloud, and may tell a secret at its birth.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _shaped(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    body = plain_body(response.status_code) if response.status_code < 500 else incident_body()
    if response.status_code >= 500:
        log.error("Incident %s: %s %s", body["values"]["incident"], request.method, request.path_info)
    shaped = JsonResponse(body, status=response.status_code)
    for name, value in response.headers.items():
        # What describes the old body goes; what tells browsers to be careful stays.
        if name not in _OF_THE_BODY:
            shaped.headers.setdefault(name, value)
    return shaped


def _needs_shape(response: HttpResponse) -> bool:
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    return response.status_code >= 400 and not is_json
