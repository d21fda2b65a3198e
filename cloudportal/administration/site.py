"""The admin site: open to administrators, whose sessions begin and end in the portal."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse

from cloudportal.core.permissions import RoleKind

SIGN_OUT = "portal:sign-out"
PASSWORD = "portal:profile-password"  # noqa: S105 - the name of a page


class PortalAdmin(admin.AdminSite):
    """What of Django's site depends on who is asked, and where they come from."""

    site_header = site_title = "Cloud portal"
    index_title = "Administration"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """True for administrators of whatever kind, read-only ones too, who are not inside a project."""
        caller: Any = getattr(request, "caller", None)
        return bool(caller) and caller.kind is not RoleKind.USER and caller.project_uuid is None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Leads to the portal's own page for signing in. Who is signed in and no administrator is refused."""
        index = reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return HttpResponseRedirect(index)
        if request.user.is_authenticated:
            raise PermissionDenied("This part of the portal is for administrators.")
        return redirect_to_login(request.GET.get("next", index), resolve_url(settings.LOGIN_URL))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Hands the request on to the portal's own signing out, with its method and its token."""
        return HttpResponse(status=307, headers={"Location": reverse(SIGN_OUT)})

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Leads to the portal's own page for it."""
        return HttpResponseRedirect(reverse(PASSWORD))
