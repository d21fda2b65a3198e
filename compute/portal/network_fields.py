"""The questions of the deploy form about networks: which ones, which address in each, which is the default, and the
security groups of the cards in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from cloudportal.core.errors import PortalError
from cloudportal.portal.choices import AnyOf, Card
from cloudportal.portal.forms import PortalForm
from networking import actions, group_actions, states
from networking.group_queries import groups_for
from networking.models import Network
from networking.queries import networks_for

SEVERAL = 2
_ADDRESS = "address-"


@dataclass(frozen=True)
class NetworkCard:
    """A network to choose, with what may be said of the network card in it."""

    choice: Any
    address: forms.BoundField | None
    default: Any


class NetworkFields(PortalForm):
    """A network's further questions stand in its card; answers about a network that is not chosen count for nothing."""

    networks = AnyOf(
        label="Networks",
        required=False,
        nothing_to_choose="There is no network yet; the instance would not be reachable.",
        help_text="Of several, the first is the default, through which it reaches the world, unless you say another.",
        template_name="compute/network_cards.html",
    )
    default_network = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    security_groups = AnyOf(
        label="Security groups",
        required=False,
        initial=[],
        help_text="They hold the cards in networks that have security groups. Without any it is your default group, "
        "which lets nobody in from outside; add a rule for port 22 to sign in with SSH.",
    )

    def offer_networks(self) -> None:
        """Offers the networks that are ready, and of what goes with them what this caller may choose."""
        ready = networks_for(self.caller).filter(state=states.READY)
        rows = self.offer_rows("networks", ready, _card, route="networks")
        if len(rows) < SEVERAL:
            self.fields["networks"].help_text = ""
        self.offer("default_network", [(str(row.uuid), row.name) for row in rows])
        if self.caller.may(actions.CHOOSE_ADDRESS.name):
            for row in rows:
                self.fields[f"{_ADDRESS}{row.uuid}"] = _address_field(row)
        may = self.caller.may(group_actions.READ.name) and any(row.has_groups for row in rows)
        if not may or not self._offer_groups_of_owner():
            del self.fields["security_groups"]

    def _offer_groups_of_owner(self) -> bool:
        """The owner's own; an administrator sees those of others too, which the instance cannot be in."""
        rows = groups_for(self.caller).filter(account_id=self.caller.owner.account_id)
        return bool(
            self.offer_rows(
                "security_groups",
                rows,
                lambda row: Card(row.name, row.description),
                route="security-groups",
            )
        )

    def network_cards(self) -> list[NetworkCard]:
        """The networks as the template draws them. Where there is only one, it is the default anyway."""
        choices = list(self["networks"])
        defaults = list(self["default_network"]) if len(choices) >= SEVERAL else [None] * len(choices)
        return [
            NetworkCard(choice, self._address_of(choice.data["value"]), default)
            for choice, default in zip(choices, defaults, strict=True)
        ]

    def refuse(self, refusal: PortalError) -> None:
        """A refused address stands in the card of its network."""
        name = f"{_ADDRESS}{refusal.values.get('network')}"
        if "addresses" in refusal.fields and name in self.fields:
            self.add_error(name, refusal.fields["addresses"])
        else:
            super().refuse(refusal)

    def _address_of(self, network: Any) -> forms.BoundField | None:
        name = f"{_ADDRESS}{network}"
        return self[name] if name in self.fields else None


def networks_in(values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as the service wants them: the default network first."""
    chosen = sorted(values["networks"], key=lambda uuid: uuid != values["default_network"])
    wanted = {uuid: values.get(f"{_ADDRESS}{uuid}") for uuid in chosen}
    return {
        "networks": tuple(chosen),
        "addresses": {uuid: ip for uuid, ip in wanted.items() if ip},
        "security_groups": tuple(values.get("security_groups", ())),
    }


def _card(network: Network) -> Card:
    parts = (network.cidr, network.zone.name, "security groups" if network.has_groups else "")
    return Card(network.name, " · ".join(part for part in parts if part))


def _address_field(network: Network) -> forms.CharField:
    return forms.CharField(
        label="Address",
        required=False,
        max_length=45,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "inputmode": "decimal",
                "placeholder": "any that is free",
                "aria-label": f"Address in {network.name}",
            }
        ),
    )
