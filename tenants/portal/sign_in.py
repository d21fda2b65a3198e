"""Signing in and out."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from cloudportal.core.errors import PortalError, TooManyRequests
from cloudportal.portal import addresses
from tenants.services import sign_in as services

_PLAIN = {"autocapitalize": "none", "spellcheck": "false"}


class SignInForm(forms.Form):
    """Domain, name and password."""

    domain = forms.CharField(
        required=False,
        max_length=255,
        help_text="As your administrator told you, such as acme or acme/sales. Empty for the top domain.",
        widget=forms.TextInput(attrs={"autocomplete": "organization", **_PLAIN}),
    )
    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", **_PLAIN}),
    )
    password = forms.CharField(
        max_length=services.PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, or the way in. Writes no session for those who do not come in."""
    after = addresses.safe(request, request.POST.get("next") or request.GET.get("next"), otherwise="/")
    if request.user.is_authenticated:
        return HttpResponseRedirect(after)
    if request.method != "POST":
        return _shown(request, SignInForm(initial={"domain": request.GET.get("domain", "")}), after)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, after, status=400)
    try:
        services.sign_in(request, **form.cleaned_data)
    except PortalError as refusal:
        form.add_error(None, refusal.detail)
        return _refused(request, form, after, refusal)
    return HttpResponseRedirect(after)


def _refused(request: HttpRequest, form: SignInForm, after: str, refusal: PortalError) -> HttpResponse:
    response = _shown(request, form, after, status=refusal.status)
    if isinstance(refusal, TooManyRequests):
        response.headers["Retry-After"] = str(refusal.values["retry_after_seconds"])
    return response


def _shown(request: HttpRequest, form: SignInForm, after: str, *, status: int = 200) -> HttpResponse:
    first = "password" if form.is_bound and not form.errors.keys() - {"__all__"} else "domain"
    faulty = [name for name in form.fields if form.is_bound and name in form.errors]
    form.fields[faulty[0] if faulty else first].widget.attrs["autofocus"] = True
    values: dict[str, Any] = {"page_title": "Sign in", "form": form, "next": after}
    return render(request, "tenants/sign_in.html", values, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends this session, here and in the database."""
    services.sign_out(request)
    return HttpResponseRedirect(reverse("portal:sign-in"))


urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
]
