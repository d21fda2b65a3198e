"""SSH key pairs at the REST door. A private key that is made here is told once, in the answer that makes it."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Remove, Resource
from cloudportal.api.shapes import NamedShape, RowShape, Text, Values
from cloudportal.core.caller import Caller
from compute import guest_data_actions as actions
from compute import guest_data_queries as queries
from compute.services.guest_data import key_pairs, public_keys
from compute.services.guest_data.key_pairs import KeyPairValues


class KeyPairShape(RowShape):
    """The public half of an SSH key pair."""

    name = serializers.CharField()
    account = NamedShape()
    domain = NamedShape(source="account.domain")
    kind = serializers.ChoiceField(choices=public_keys.KINDS, help_text="As in ssh-ed25519.")
    fingerprint = serializers.CharField(help_text="As ssh-keygen -l shows it.")
    public_key = serializers.CharField()


class NewKeyPairShape(KeyPairShape):
    """A fresh key pair, with its private half where that was made here."""

    told_once = ("private_key",)

    private_key = serializers.CharField(allow_null=True, help_text="Shown now and never again.")


class CreateKeyPair(Values):
    """A key pair of one's own; without a public key, both halves are made."""

    name = Text(max_length=100)
    public_key = Text(max_length=public_keys.MOST_CHARACTERS, required=False, allow_blank=True)


def _create(caller: Caller, values: dict[str, Any]) -> Any:
    made = key_pairs.create(caller, KeyPairValues(**values))
    made.row.private_key = made.private_key.reveal() if made.private_key else None  # type: ignore[attr-defined]
    return made.row


KEY_PAIRS = Resource(
    path="key-pairs",
    noun="SSH key pair",
    shape=KeyPairShape,
    read=actions.READ_KEY_PAIR,
    rows=queries.key_pairs_for,
    row=queries.key_pair_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("fingerprint"),
        Filter("kind", choices=public_keys.KINDS),
        by_uuid("account"),
        by_uuid("domain", "account__domain__uuid"),
    ),
    orderings=("name", "created_at", "kind"),
    changes=(
        Create(
            CreateKeyPair,
            _create,
            actions.CREATE_KEY_PAIR,
            gives=NewKeyPairShape,
            summary="Register a public key, or make a key pair",
        ),
        Remove(key_pairs.delete, actions.DELETE_KEY_PAIR),
    ),
)
