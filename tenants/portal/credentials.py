"""API keys and tokens: what a user's programs sign in with. Each secret is shown once, when it is made."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.portal import cells
from cloudportal.portal.buttons import RowAction, RowLink
from cloudportal.portal.choices import lines_of, words_of
from cloudportal.portal.columns import Column
from cloudportal.portal.details import Crumb, DetailPage
from cloudportal.portal.forms import FormPage, PortalForm
from cloudportal.portal.panels import Fact, Facts, Table
from tenants import credential_actions as actions
from tenants import queries
from tenants.models import ApiKey, ApiToken, User
from tenants.queries.credentials import api_key_for, api_keys_for, api_token_for, api_tokens_for
from tenants.services import credentials
from tenants.services.credentials import Minted, NewToken

_LIFETIMES = (("1", "one day"), ("7", "a week"), ("30", "30 days"), ("90", "90 days"), ("365", "a year"))


def _used(row: ApiKey | ApiToken) -> Any:
    return cells.noted(cells.moment(row.last_used_at), row.last_used_address) if row.last_used_at else "never"


def _keys(caller: Caller, user: User) -> list[ApiKey]:
    if not caller.may(actions.READ_API_KEY.name):
        return []
    return list(api_keys_for(caller).filter(user=user))


def _tokens(caller: Caller, user: User) -> list[ApiToken]:
    if not caller.may(actions.READ_TOKEN.name):
        return []
    return list(api_tokens_for(caller).filter(user=user))


KEYS = Table(
    "API keys",
    _keys,
    (
        Column("name", "Name", lambda row: cells.link(row.name, "api-key", row.uuid)),
        Column("key", "Key", lambda row: cells.copyable(row.key)),
        Column("used", "Last used", _used),
    ),
    empty="A key lets a program do all that this user may, until it is revoked.",
    add=RowLink(actions.CREATE_API_KEY, "api-key-add", icon="plus", label="Create key"),
)
TOKENS = Table(
    "Tokens",
    _tokens,
    (
        Column("name", "Name", lambda row: cells.link(row.name, "token", row.uuid, note=f"{row.prefix}…")),
        Column("patterns", "May", lambda row: cells.words(row.patterns)),
        Column("expires", "Until", lambda row: cells.moment(row.expires_at)),
        Column("used", "Last used", _used),
    ),
    empty="A token lets a program do part of what this user may, for a time.",
    add=RowLink(actions.CREATE_TOKEN, "token-add", icon="plus", label="Create token"),
)


class KeyForm(PortalForm):
    """What a key is for."""

    name = forms.CharField(max_length=100, help_text="What uses it, such as backup script.")


class TokenForm(PortalForm):
    """What a token is for, what it may, how long and from where."""

    name = forms.CharField(max_length=100, help_text="What uses it, such as build server.")
    patterns = forms.CharField(
        label="It may",
        max_length=2000,
        initial="instance.*",
        help_text="Actions with commas between them; * stands for any, as in instance.*, volume.read.",
    )
    lifetime = forms.ChoiceField(label="It ends after", choices=_LIFETIMES, initial="30")
    networks = forms.CharField(
        label="Only from",
        required=False,
        max_length=2000,
        help_text="Networks such as 192.0.2.0/24, one on each line. Empty for anywhere.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )


def _create_key(caller: Caller, user: User, values: dict[str, Any]) -> Minted:
    return credentials.create_api_key(caller, user, values["name"])


def _create_token(caller: Caller, user: User, values: dict[str, Any]) -> Minted:
    wanted = NewToken(
        name=values["name"],
        patterns=words_of(values["patterns"]),
        expires_at=clock.now() + timedelta(days=int(values["lifetime"])),
        networks=lines_of(values["networks"]),
    )
    return credentials.create_token(caller, user, wanted)


def _shown_once(request: HttpRequest, minted: Minted) -> HttpResponse:
    """The fresh credential, on a page that nobody keeps."""
    row = minted.row
    values = {
        "page_title": f"{row.name} is made",
        "crumbs": [Crumb("Profile", reverse("portal:profile"))],
        "row": row,
        "noun": row._meta.verbose_name,
        "key": row.key if isinstance(row, ApiKey) else "",
        "secret": minted.secret.reveal(),
        "back_url": _owners_page(request, row.user),
    }
    return render(request, "tenants/shown_once.html", values, status=201)


def _owners_page(request: HttpRequest, user: User) -> str:
    return reverse("portal:profile") if user == request.user else reverse("portal:user", args=[user.uuid])


def _target(caller: Caller, uuid: UUID) -> User:
    return queries.user_for(caller, uuid)


def _revoke_key(caller: Caller, key: ApiKey) -> None:
    credentials.revoke_api_key(caller, key)


def _revoke_token(caller: Caller, token: ApiToken) -> None:
    credentials.revoke_token(caller, token)


_USER = Fact("User", lambda row: row.user.username)

KEY = DetailPage(
    route="api-key",
    path="api-keys/",
    noun="API key",
    row=api_key_for,
    parent="profile",
    parent_label="Profile",
    state=None,
    panels=(
        Facts(
            "API key",
            (
                _USER,
                Fact("Key", lambda row: cells.copyable(row.key)),
                Fact("Secret", lambda row: "shown when it was made, and never again"),
                Fact("Made", lambda row: cells.exact_moment(row.created_at)),
                Fact("Last used", _used),
            ),
        ),
    ),
    buttons=(
        RowAction(
            actions.REVOKE_API_KEY, _revoke_key, icon="trash", done="{name} is revoked.", goes_away=True
        ),
    ),
)
TOKEN = DetailPage(
    route="token",
    path="tokens/",
    noun="token",
    row=api_token_for,
    parent="profile",
    parent_label="Profile",
    state=None,
    panels=(
        Facts(
            "Token",
            (
                _USER,
                Fact("Begins with", lambda row: cells.code(row.prefix)),
                Fact("May", lambda row: cells.words(row.patterns)),
                Fact("Only from", lambda row: cells.words(row.networks) if row.networks else "anywhere"),
                Fact("Until", lambda row: cells.exact_moment(row.expires_at)),
                Fact("Made", lambda row: cells.exact_moment(row.created_at)),
                Fact("Last used", _used),
            ),
        ),
    ),
    buttons=(
        RowAction(
            actions.REVOKE_TOKEN, _revoke_token, icon="trash", done="{name} is revoked.", goes_away=True
        ),
    ),
)
FORMS = (
    FormPage(
        route="api-key-add",
        path="users/<uuid:uuid>/api-keys/add/",
        title="Create an API key for {name}",
        action=actions.CREATE_API_KEY,
        form=KeyForm,
        submit=_create_key,
        button="Create key",
        done=lambda minted: "",
        next=lambda minted: reverse("portal:profile"),
        answer=_shown_once,
        parent="profile",
        parent_label="Profile",
        row=_target,
    ),
    FormPage(
        route="token-add",
        path="users/<uuid:uuid>/tokens/add/",
        title="Create a token for {name}",
        action=actions.CREATE_TOKEN,
        form=TokenForm,
        submit=_create_token,
        button="Create token",
        done=lambda minted: "",
        next=lambda minted: reverse("portal:profile"),
        answer=_shown_once,
        parent="profile",
        parent_label="Profile",
        row=_target,
    ),
)

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *KEY.urls(), *TOKEN.urls()]
