"""Who may pass the REST door at all; everything finer is asked of the actions."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from cloudportal.core.caller import Caller

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsSignedIn(BasePermission):
    """A caller was made from the request's credentials."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """True for known callers."""
        return isinstance(request.auth, Caller)
