"""User data that is kept for more than one instance: made, changed, deleted, and filled in for an instance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from cloudportal.core.names import check_label
from cloudportal.events import records
from cloudportal.events.records import About
from compute import guest_data_actions as actions
from compute import guest_data_queries as queries
from compute.models import TemplateUserData, UserData
from compute.services.guest_data.variables import Variable, checked_declaration, declared, filled_in, kept
from compute.topology.services.rows import change, given, taken_once
from storage import states as storage_states
from tenants.models import Account
from tenants.queries import settings_value
from tenants.services.standing import require_enabled

MASKED = "********"
# Of templates in one sentence.
MOST_NAMES = 3


@dataclass(frozen=True, kw_only=True)
class UserDataValues:
    """A text for guests as its owner wants it, with the variables that stand in it as `${{ name }}`."""

    name: str
    content: str
    description: str = ""
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UserDataChanges:
    """What may be changed; None leaves it as it is. Instances keep the text that they were given."""

    name: str | None = None
    content: str | None = None
    description: str | None = None
    variables: tuple[Variable, ...] | None = None


@transaction.atomic
def create(caller: Caller, values: UserDataValues) -> UserData:
    """User data of the caller's account. Raises InvalidInput, and Conflict for a name that the account has given."""
    actions.CREATE_USER_DATA.permit(caller)
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    require_enabled(account)
    name = check_label(values.name)
    content = checked_text(values.content, account, field="content")
    variables = kept(checked_declaration(content, values.variables))
    with taken_once("user data", name):
        row = UserData.objects.create(
            account=account,
            name=name,
            description=_description(values.description),
            content=content,
            variables=variables,
        )
    after = {"name": name, "variables": [one["name"] for one in variables]}
    records.record(caller, "REGISTER.USER.DATA", About.of(row, account.owner), after=after)
    plans.note("create", f"Keeps the user data {name}.", noun="user data")
    return row


@transaction.atomic
def update(caller: Caller, row: UserData, changes: UserDataChanges) -> UserData:
    """The user data with the changes. Raises InvalidInput, Conflict."""
    actions.UPDATE_USER_DATA.check(caller, row)
    values = _checked(row, changes)
    is_other_text = "content" in values and values["content"] != row.text
    before, after = change(row, values)
    if not is_other_text:
        before.pop("content", None)
        after.pop("content", None)
    about = About.of(row, row.account.owner)
    records.record(caller, "USER.DATA.UPDATE", about, before=_told(before), after=_told(after))
    plans.note("update", f"Changes the user data {row.name}.", changed=sorted(after))
    return row


@transaction.atomic
def delete(caller: Caller, row: UserData) -> None:
    """It can be chosen no more. Instances that were told it keep what they were told.

    Raises Conflict while templates tell it.
    """
    actions.DELETE_USER_DATA.check(caller, row)
    _demand_unlinked(row)
    records.record(caller, "DELETE.USER.DATA", About.of(row, row.account.owner), before={"name": row.name})
    plans.note("delete", f"Deletes the user data {row.name}; instances keep what they were told.")
    row.delete()


def rendered(
    caller: Caller,
    account: Account,
    uuid: UUID | str,
    values: Mapping[str, str],
    *,
    also: frozenset[str] = frozenset(),
) -> str:
    """The text of the user data with this uuid, filled in for an instance of the account.

    Values for the names in `also` are left out where it has no such variable: they are for something else. Raises
    NotFound for one that is not the account's, InvalidInput.
    """
    row = queries.one_user_data_for(caller, uuid)
    # An admin sees what many accounts keep; an instance is told its owner's only.
    if row.account_id != account.pk:
        raise NotFound(noun="user data", uuid=uuid)
    variables = declared(row.variables)
    elsewhere = also - {one.name for one in variables}
    taken = {name: value for name, value in values.items() if name not in elsewhere}
    return checked_text(filled_in(row.text, variables, taken), account)


def checked_text(text: str, account: Account, *, field: str = "user_data") -> str:
    """The tenant's text for guests, which we never read. Raises InvalidInput past the account's limit."""
    if "\0" in text:
        raise InvalidInput.of(field, "User data is text. Encode what is not, for example as base64.")
    size_bytes = len(text.encode())
    most_bytes = settings_value("instance.user_data_limit", account=account)
    if size_bytes > most_bytes:
        raise InvalidInput.of(
            field, f"User data may have {most_bytes} bytes; this has {size_bytes}. Make it shorter."
        )
    return text


def _demand_unlinked(row: UserData) -> None:
    links = TemplateUserData.objects.filter(user_data=row).select_related("template")
    names = sorted(one.template.name for one in links.exclude(template__state=storage_states.DELETED))
    if names:
        raise Conflict(
            f"The user data {row.name} is told to instances of {', '.join(names[:MOST_NAMES])}"
            f"{' and others' if len(names) > MOST_NAMES else ''}. Unlink it there first, or link something else."
        )


def _checked(row: UserData, changes: UserDataChanges) -> dict[str, Any]:
    values = given(changes)
    if "name" in values:
        values["name"] = check_label(values["name"])
    if "description" in values:
        values["description"] = _description(values["description"])
    content = values.get("content", row.text)
    if "content" in values:
        values["content"] = checked_text(content, row.account, field="content")
    variables = values.get("variables", declared(row.variables))
    if {"content", "variables"} & set(values):
        values["variables"] = kept(checked_declaration(content, variables))
    return values


def _description(text: str) -> str:
    return check_label(text, field="description") if text.strip() else ""


def _told(values: dict[str, Any]) -> dict[str, Any]:
    # The text often holds passwords: that it changed is told, what it says is not.
    return {name: MASKED if name == "content" else value for name, value in values.items()}
