"""The caller's own page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from cloudportal.core.caller import Caller
from cloudportal.portal.pages import page


def profile(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Who the caller is here."""
    return render(request, "tenants/profile.html", {"page_title": "Profile"})


urlpatterns = [path("profile/", page(profile), name="profile")]
