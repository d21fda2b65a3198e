"""Keys and user data that tenants keep, and fresh public keys to hand in."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compute.models import KeyPair, UserData
from compute.services.guest_data import public_keys
from compute.services.guest_data.variables import kept
from tests.support.factories import numbered


def public_key(comment="me@example.org"):
    """A line with a public key that no other test has."""
    key = Ed25519PrivateKey.generate().public_key()
    line = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return f"{line.decode()} {comment}"


def make_key_pair(account, name=None, line=None):
    key = public_keys.read(line or public_key())
    return KeyPair.objects.create(
        account=account,
        name=name or numbered("key"),
        public_key=key.line,
        kind=key.kind,
        fingerprint=key.fingerprint,
    )


def make_user_data(account, name=None, content="#!/bin/sh\n", variables=()):
    return UserData.objects.create(
        account=account, name=name or numbered("data"), content=content, variables=kept(variables)
    )
