"""What tenants hand to their guests: names, ssh keys and user data, checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotFound
from cloudportal.core.names import check_label
from compute import guest_data_queries as guest_data
from compute.models import TemplateUserData
from compute.services.guest_data import public_keys, template_links, user_data
from compute.services.guest_data.key_pairs import SAMPLE
from compute.services.guest_data.public_keys import NotAKey
from storage.models import Template
from tenants.models import Account

MOST_KEYS = 16


@dataclass(frozen=True)
class Told:
    """User data for a guest: a text as it is, or one that is kept, by its uuid, with values for its variables."""

    text: str = ""
    kept: UUID | str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def checked_display_name(value: str) -> str:
    """The name that people see, or empty."""
    return check_label(value, field="display_name") if value.strip() else ""


def checked_ssh_keys(values: Iterable[str]) -> list[str]:
    """Public keys in OpenSSH's form, one line each, without doubles. Raises InvalidInput."""
    keys = list(dict.fromkeys(_checked_key(value) for value in values))
    if len(keys) > MOST_KEYS:
        raise InvalidInput.of("ssh_keys", f"Use at most {MOST_KEYS} keys.")
    return keys


def chosen_ssh_keys(
    caller: Caller, account: Account, lines: Iterable[str], pairs: Iterable[UUID | str]
) -> list[str]:
    """The public keys of the key pairs with these uuids, and those in the lines, each once.

    Raises NotFound for a key pair that is not the account's, InvalidInput.
    """
    chosen = [guest_data.key_pair_for(caller, uuid) for uuid in dict.fromkeys(map(str, pairs))]
    for pair in chosen:
        # An admin sees the keys of many accounts; an instance gets its owner's only.
        if pair.account_id != account.pk:
            raise NotFound(noun="SSH key pair", uuid=pair.uuid)
    return checked_ssh_keys([*(pair.public_key for pair in chosen), *lines])


def told_texts(
    caller: Caller, account: Account, template: Template, told: Told
) -> tuple[str, TemplateUserData | None]:
    """What the guest is told by its owner, and what its template has to tell it. Raises NotFound, InvalidInput."""
    linked = template_links.linked_to(template)
    text = _told_text(caller, account, told, also=template_links.names_in(linked))
    if linked is not None:
        field = "user_data_from" if told.kept is not None else "user_data"
        template_links.demand_taken(template, linked.policy, text, field=field)
    return text, linked


def _told_text(caller: Caller, account: Account, told: Told, *, also: frozenset[str]) -> str:
    """Of the values, those for the names in `also` may be for something else."""
    values = {name: value for name, value in told.values.items() if name not in also}
    if told.kept is None:
        if values:
            raise InvalidInput.of("user_data_values", "There are values, and no user data that takes any.")
        return checked_user_data(told.text, account)
    if told.text.strip():
        raise InvalidInput.of("user_data", "Choose user data that you have kept, or give a text, not both.")
    return user_data.rendered(caller, account, told.kept, told.values, also=also)


def checked_user_data(value: str, account: Account) -> str:
    """The tenant's text for the guest, which we never read. Raises InvalidInput past the account's limit."""
    return user_data.checked_text(value, account)


def _checked_key(value: str) -> str:
    try:
        return public_keys.read(value).line
    except NotAKey:
        raise InvalidInput.of(
            "ssh_keys", f"Give public keys as OpenSSH writes them, one line each, such as {SAMPLE}."
        ) from None
