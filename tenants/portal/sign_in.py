"""Signing in and out."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from cloudportal.core.errors import PortalError
from cloudportal.portal import addresses
from tenants.services import sign_in as service


class SignInForm(forms.Form):
    """Domain, name and password."""

    domain = forms.CharField(
        required=False,
        max_length=255,
        help_text="As your administrator told you, such as acme or acme/sales. Empty for the top domain.",
        widget=forms.TextInput(
            attrs={"autocomplete": "organization", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        max_length=1024, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, or the way in."""
    after = addresses.safe(request, request.POST.get("next") or request.GET.get("next"), otherwise="/")
    if request.user.is_authenticated:
        return HttpResponseRedirect(after)
    form = SignInForm(request.POST or None, initial={"domain": request.GET.get("domain", "")})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            service.sign_in(request, values["domain"], values["username"], values["password"])
        except PortalError as refusal:
            form.add_error(None, refusal.detail)
            return _shown(request, form, after, status=refusal.status)
        return HttpResponseRedirect(after)
    return _shown(request, form, after)


def _shown(request: HttpRequest, form: SignInForm, after: str, *, status: int = 400) -> HttpResponse:
    values: dict[str, Any] = {"page_title": "Sign in", "form": form, "next": after}
    return render(request, "tenants/sign_in.html", values, status=status if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends this session, here and in the database."""
    service.sign_out(request)
    return HttpResponseRedirect(reverse("portal:sign-in"))


urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
]
