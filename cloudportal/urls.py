"""Which door is where."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from cloudportal.api.views import DocumentView, NothingHere

API = [
    path("", include("cloudportal.jobs.api")),
    path("", include("cloudportal.events.api")),
    path("openapi.json", DocumentView.as_view()),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(API)),
    # Last among the REST addresses: whatever else begins so is answered by that door's own 404.
    re_path(r"^api/", NothingHere.as_view()),
]
