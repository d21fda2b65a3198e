"""Answers below /api/ that no view made, such as a refused host or an unknown address, in the door's own shape."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from cloudportal.api.errors import incident_body, plain_body

log = logging.getLogger(__name__)
PREFIX = "/api/"


class JsonRefusals:
    """Nothing but JSON leaves the REST door, whoever refuses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX) or not _needs_shape(response):
            return response
        if response.status_code < 500:
            return JsonResponse(plain_body(response.status_code), status=response.status_code)
        body = incident_body()
        log.error("Incident %s: %s %s", body["values"]["incident"], request.method, request.path_info)
        return JsonResponse(body, status=response.status_code)


def _needs_shape(response: HttpResponse) -> bool:
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    return response.status_code >= 400 and not is_json
