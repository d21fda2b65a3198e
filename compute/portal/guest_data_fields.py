"""The questions of the deploy form about keys and user data."""

from dataclasses import replace
from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.portal import cells
from cloudportal.portal.choices import AnyOf, Card, lines_of
from cloudportal.portal.forms import Group, PortalForm
from compute import guest_data_actions as actions
from compute.guest_data_queries import key_pairs_for, linked_for, user_data_for
from compute.models import UserData
from compute.models.template_data import ALLOW_OVERRIDE
from compute.services.guest_data.variables import MOST_VALUE_CHARACTERS, Variable, declared
from storage.models import Template

MOST_CHOICES = 200
_VALUE = "value-"


class GuestDataFields(PortalForm):
    """What the guest is told. User data that is kept brings a field for each of its variables, once it is chosen."""

    key_pairs = AnyOf(
        label="SSH keys",
        required=False,
        nothing_to_choose="You have kept no SSH key yet. Paste one below.",
    )
    ssh_keys = forms.CharField(
        label="More SSH keys",
        required=False,
        max_length=20000,
        help_text="Public keys that may sign in, one on each line, as in ssh-ed25519 AAAA… you@example.org.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    user_data_from = forms.ChoiceField(
        label="User data that you have kept",
        required=False,
        help_text="If it has variables, their fields appear below when you go on.",
    )
    user_data = forms.CharField(
        label="User data",
        required=False,
        max_length=32768,
        strip=False,
        help_text="Read by the guest as it starts for the first time, such as a cloud-init document.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def offer_guest_data(self) -> None:
        """Offers the keys and the user data of those for whom the instance is to be."""
        offer_key_pairs(self, self.caller.owner.account_id)
        kept = _user_data(self.caller)
        if not kept:
            del self.fields["user_data_from"]
            return
        self.offer("user_data_from", [("", "none"), *((str(row.uuid), row.name) for row in kept)])
        wanted = str(self.data.get("user_data_from") or self.initial.get("user_data_from") or "")
        chosen = next((row for row in kept if str(row.uuid) == wanted), None)
        for one in declared(chosen.variables) if chosen else ():
            self.fields[f"{_VALUE}{one.name}"] = _field(one)

    def offer_values_of(self, template: Template | None) -> None:
        """Asks for what the template's own user data leaves open. The service knows which of it must be given."""
        may = template is not None and self.caller.may(actions.READ_USER_DATA.name)
        linked = linked_for(self.caller, template).first() if may and template is not None else None
        for one in declared(linked.user_data.variables) if linked else ():
            is_required = one.is_required and linked is not None and linked.policy != ALLOW_OVERRIDE
            self.fields.setdefault(f"{_VALUE}{one.name}", _field(replace(one, is_required=is_required)))

    def sections(self) -> list[tuple[Group, list[forms.BoundField]]]:
        """With the variables' fields behind the choice that brought them."""
        return [(group, self._with_variables(fields)) for group, fields in super().sections()]

    def _with_variables(self, fields: list[forms.BoundField]) -> list[forms.BoundField]:
        found: list[forms.BoundField] = []
        for field in fields:
            found.append(field)
            if field.name == self._last_choice:
                found += [self[name] for name in self.fields if name.startswith(_VALUE)]
        return found

    @property
    def _last_choice(self) -> str:
        return "user_data_from" if "user_data_from" in self.fields else "ssh_keys"


def guest_data_in(values: dict[str, Any]) -> dict[str, Any]:
    """The answers as the service wants them."""
    return {
        "key_pairs": tuple(values["key_pairs"]),
        "ssh_keys": lines_of(values["ssh_keys"]),
        # Browsers send line breaks as CR LF, which no shell in a guest takes.
        "user_data": values["user_data"].replace("\r\n", "\n"),
        "user_data_from": values.get("user_data_from") or None,
        "user_data_values": {
            name.removeprefix(_VALUE): value
            for name, value in values.items()
            if name.startswith(_VALUE) and value
        },
    }


def _field(one: Variable) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=True) if one.is_secret else None
    return forms.CharField(
        label=one.name,
        required=one.is_required,
        strip=False,
        max_length=MOST_VALUE_CHARACTERS,
        initial=one.default,
        help_text=one.description,
        widget=widget,
    )


def offer_key_pairs(form: PortalForm, account_id: int) -> None:
    """Offers the account's keys in the field `key_pairs`, and to whoever may add one there the way to do so."""
    form.offer("key_pairs", _key_pairs(form.caller, account_id))
    if form.caller.may(actions.CREATE_KEY_PAIR.name) and form.caller.owner.account_id == account_id:
        form.fields["key_pairs"].help_text = cells.link("Add an SSH key", "key-pair-add")


def _key_pairs(caller: Caller, account_id: int) -> list[tuple[str, Card]]:
    """The owner's own; an administrator sees those of others too, which the instance cannot have."""
    if not caller.may(actions.READ_KEY_PAIR.name):
        return []
    rows = key_pairs_for(caller).filter(account_id=account_id)[:MOST_CHOICES]
    return [(str(row.uuid), Card(row.name, row.fingerprint)) for row in rows]


def _user_data(caller: Caller) -> list[UserData]:
    """As with keys."""
    if not caller.may(actions.READ_USER_DATA.name):
        return []
    return list(user_data_for(caller).filter(account_id=caller.owner.account_id)[:MOST_CHOICES])
