"""The addresses of the tenants' pages."""

from tenants.portal import limits, profile, sign_in

urlpatterns = [*sign_in.urlpatterns, *profile.urlpatterns]

__all__ = ["limits", "urlpatterns"]
