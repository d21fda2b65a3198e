"""A public key is read whole: what OpenSSH writes passes, and nothing else does."""

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from compute.services.guest_data import public_keys
from compute.services.guest_data.public_keys import NotAKey
from tests.support.factories_guest_data import public_key


def line_of(private, comment="me"):
    line = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return f"{line.decode()} {comment}"


def text_of(*parts):
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return base64.b64encode(blob).decode()


@pytest.mark.parametrize(
    "make",
    [
        public_key,
        lambda: line_of(rsa.generate_private_key(65537, 2048)),
        lambda: line_of(ec.generate_private_key(ec.SECP256R1())),
        lambda: line_of(ec.generate_private_key(ec.SECP384R1())),
        lambda: line_of(ec.generate_private_key(ec.SECP521R1())),
        lambda: (
            "sk-ssh-ed25519@openssh.com "
            + text_of(b"sk-ssh-ed25519@openssh.com", b"k" * 32, b"ssh:")
            + " token"
        ),
    ],
    ids=["ed25519", "rsa", "nistp256", "nistp384", "nistp521", "token"],
)
def test_what_openssh_writes_is_read_as_it_is(make):
    line = make()
    assert public_keys.read(f"  {line}\n").line == line


def test_the_fingerprint_is_that_of_ssh_keygen(tmp_path):
    line = public_key()
    file = tmp_path / "key.pub"
    file.write_text(line)
    said = subprocess.run(["ssh-keygen", "-lf", file], capture_output=True, text=True, check=True).stdout
    assert said.split()[1] == public_keys.read(line).fingerprint


def test_a_key_needs_no_comment():
    line = public_key("").strip()
    assert public_keys.read(line).line == line


KIND = b"ssh-ed25519"
BAD = {
    "nothing": "",
    "a word": "ssh-ed25519",
    "another kind": "ssh-dss " + text_of(b"ssh-dss", b"k" * 32),
    "no base64": "ssh-ed25519 AAAA%%%%",
    "a kind that is not its own": "ssh-rsa " + text_of(KIND, b"k" * 32),
    "too short": "ssh-ed25519 " + text_of(KIND, b"k" * 31),
    "a string too many": "ssh-ed25519 " + text_of(KIND, b"k" * 32, b"more"),
    "cut off": "ssh-ed25519 " + base64.b64encode(b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20k").decode(),
    "half a length": "ssh-ed25519 " + base64.b64encode(b"\x00\x00").decode(),
    "a length beyond all": "ssh-ed25519 " + base64.b64encode(b"\xff\xff\xff\xffssh").decode(),
    "a short RSA key": "ssh-rsa " + text_of(b"ssh-rsa", b"\x01\x00\x01", b"\x7f" * 64),
    "a negative RSA key": "ssh-rsa " + text_of(b"ssh-rsa", b"\x01\x00\x01", b"\xff" * 256),
    "another curve": "ecdsa-sha2-nistp256 "
    + text_of(b"ecdsa-sha2-nistp256", b"nistp384", b"\x04" + b"k" * 64),
    "a packed point": "ecdsa-sha2-nistp256 "
    + text_of(b"ecdsa-sha2-nistp256", b"nistp256", b"\x02" + b"k" * 64),
    "two lines": f"{public_key()}\n{public_key()}",
    "options before it": f'command="id" {public_key()}',
    "a private key": "-----BEGIN OPENSSH PRIVATE KEY-----",
    "far too long": public_key("x" * 9000),
    "a mark that turns the text": public_key("me‮"),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(NotAKey):
        public_keys.read(text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.binary(max_size=60), st.sampled_from(public_keys.KINDS))
def test_no_text_whatever_is_read_as_more_than_one_printable_line(text, blob, kind):
    for line in (text, f"{kind} {base64.b64encode(blob).decode()} {text}", f"{public_key()} {text}"):
        assert is_one_line_or_refused(line)


def is_one_line_or_refused(line):
    try:
        return public_keys.read(line).line.isprintable()
    except NotAKey:
        return True
