"""The addresses of the tenants' pages."""

from tenants.portal import profile, sign_in

urlpatterns = [*sign_in.urlpatterns, *profile.urlpatterns]
