"""The addresses of the tenants' pages."""

from tenants.portal import (
    accounts,
    acting,
    credentials,
    domains,
    invitations,
    limits,
    profile,
    projects,
    roles,
    sign_in,
    themes,
    users,
)

urlpatterns = [
    *sign_in.urlpatterns,
    *profile.urlpatterns,
    *acting.urlpatterns,
    *credentials.urlpatterns,
    *limits.urlpatterns,
    *domains.urlpatterns,
    *accounts.urlpatterns,
    *users.urlpatterns,
    *projects.urlpatterns,
    *invitations.urlpatterns,
    *roles.urlpatterns,
]

__all__ = ["themes", "urlpatterns"]
