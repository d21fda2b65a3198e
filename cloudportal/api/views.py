"""The two addresses of the REST door that are no resource: its own description, and nowhere."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView


class DocumentView(SpectacularAPIView):
    """The OpenAPI document."""

    renderer_classes = [OpenApiJsonRenderer]  # noqa: RUF012
    permission_classes = ()
    authentication_classes = ()


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
