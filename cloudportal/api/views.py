"""The two addresses of the REST door that are no resource: its own description, and nowhere."""

from functools import cache
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView


@cache
def document() -> bytes:
    """The OpenAPI document as JSON, made once: it takes a second, and changes with the program alone."""
    rendered: bytes = OpenApiJsonRenderer().render(SchemaGenerator().get_schema(public=True))
    return rendered


class DocumentView(APIView):
    """The OpenAPI document, for whoever asks."""

    permission_classes = ()
    authentication_classes = ()
    schema = None

    def get(self, request: Request) -> HttpResponse:
        """The document."""
        return HttpResponse(document(), content_type="application/json")


class NothingHere(APIView):
    """Answers for every address below /api/ that does not exist, whoever asks and however."""

    permission_classes = ()
    authentication_classes = ()
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuses before the method matters."""
        self.http_method_names = [request.method.lower()]
        setattr(self, request.method.lower(), self.refuse)
        return super().dispatch(request, *args, **kwargs)

    def refuse(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Says that there is nothing. Raises NotFound."""
        raise NotFound
