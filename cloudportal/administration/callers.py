"""Who works in the admin door."""

from copy import copy
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from cloudportal.core.caller import Caller

DOOR = "admin"


def caller_of(request: HttpRequest) -> Caller:
    """The caller of an admin request, marked as coming through this door. Raises PermissionDenied for nobody."""
    lazy = getattr(request, "caller", None)
    if not lazy:
        raise PermissionDenied("Sign in first.")
    # The middleware's caller is resolved late, through a stand-in that dataclasses do not know.
    caller: Caller = copy(lazy)
    return replace(caller, door=DOOR)
