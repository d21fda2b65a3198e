"""Which door is where."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from cloudportal.api.views import DocumentView, NothingHere

API: list[URLPattern | URLResolver] = [
    path("", include("cloudportal.jobs.api")),
    path("", include("cloudportal.events.api")),
    path("", include("tenants.api.urls")),
    path("", include("compute.topology.api.urls")),
    path("", include("storage.api.urls")),
    path("", include("networking.api.urls")),
    path("", include("compute.api.urls")),
    path("", include("usage.api.urls")),
    path("openapi.json", DocumentView.as_view()),
]

# One namespace for all pages, so that a page can link to another room's without importing it.
PAGES: list[URLPattern | URLResolver] = [
    path("", include("cloudportal.portal.urls")),
    path("", include("tenants.portal.urls")),
    path("", include("cloudportal.jobs.portal.urls")),
    path("", include("cloudportal.events.portal.urls")),
    path("", include("compute.topology.portal.urls")),
    path("", include("storage.portal.urls")),
    path("", include("networking.portal.urls")),
    path("", include("compute.portal.urls")),
    path("", include("usage.portal.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(API)),
    # Last among the REST addresses: whatever else begins so is answered by that door's own 404.
    re_path(r"^api/", NothingHere.as_view()),
    path("transfers/", include(("storage.portal.transfers", "transfers"))),
    path("admin/", admin.site.urls),
    path("", include((PAGES, "portal"))),
]

handler400 = "cloudportal.portal.errors.bad_request"
handler403 = "cloudportal.portal.errors.not_allowed"
handler404 = "cloudportal.portal.errors.not_found"
handler500 = "cloudportal.portal.errors.our_mistake"
