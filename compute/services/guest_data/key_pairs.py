"""SSH key pairs: registered by their public key, or made here; deleted."""

from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.core.names import check_label
from cloudportal.core.secrets import Secret
from cloudportal.events import records
from cloudportal.events.records import About
from compute import guest_data_actions as actions
from compute.models import KeyPair
from compute.services.guest_data import public_keys
from compute.services.guest_data.public_keys import NotAKey, PublicKey
from compute.topology.services.rows import taken_once
from tenants.models import Account
from tenants.services.standing import require_enabled

SAMPLE = "“ssh-ed25519 AAAA… you@example.org”"


@dataclass(frozen=True, kw_only=True)
class KeyPairValues:
    """A key pair as its owner wants it. Without a public key, both halves are made here."""

    name: str
    public_key: str = ""


@dataclass(frozen=True)
class Made:
    """A fresh key pair. The private half is shown now and kept nowhere; None where it was never here."""

    row: KeyPair
    private_key: Secret | None


@transaction.atomic
def create(caller: Caller, values: KeyPairValues) -> Made:
    """A key pair of the caller's account. Raises InvalidInput, and Conflict for a name that the account has given."""
    actions.CREATE_KEY_PAIR.permit(caller)
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    require_enabled(account)
    name = check_label(values.name)
    private_key, key = (None, checked(values.public_key)) if values.public_key.strip() else _fresh(name)
    with taken_once("SSH key pair", name):
        row = KeyPair.objects.create(
            account=account, name=name, public_key=key.line, kind=key.kind, fingerprint=key.fingerprint
        )
    event = "SSH.KEYPAIR.CREATE" if private_key else "REGISTER.SSH.KEYPAIR"
    after = {"name": name, "fingerprint": key.fingerprint}
    records.record(caller, event, About.of(row, account.owner), after=after)
    how = "Makes" if private_key else "Registers"
    plans.note("create", f"{how} the SSH key pair {name}.", noun="SSH key pair")
    return Made(row, private_key)


@transaction.atomic
def delete(caller: Caller, pair: KeyPair) -> None:
    """The key pair can be chosen no more. Instances that have its public key keep it."""
    actions.DELETE_KEY_PAIR.check(caller, pair)
    before = {"name": pair.name, "fingerprint": pair.fingerprint}
    records.record(caller, "SSH.KEYPAIR.DELETE", About.of(pair, pair.account.owner), before=before)
    plans.note("delete", f"Deletes the SSH key pair {pair.name}; instances keep their keys.")
    pair.delete()


def checked(text: str) -> PublicKey:
    """The public key in the line. Raises InvalidInput for the field `public_key`."""
    try:
        return public_keys.read(text)
    except NotAKey:
        raise InvalidInput.of(
            "public_key", f"Give a public key as OpenSSH writes it, in one line, such as {SAMPLE}."
        ) from None


def _fresh(name: str) -> tuple[Secret, PublicKey]:
    made = Ed25519PrivateKey.generate()
    private = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return Secret(private.decode()), public_keys.read(f"{public.decode()} {name}")
