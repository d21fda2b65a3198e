"""A new password or new keys travel as a script in which no value is more than a value."""

import base64
import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.drivers.errors import InvalidSpec
from compute.drivers.seeds.login import boothook
from compute.drivers.seeds.vendor import vendor_text
from compute.drivers.specs import GuestData, LoginChange

HASH = "$6$saltsalt$" + "h" * 86
KEY = "ssh-ed25519 AAAA me@example.org"


def script_in(hook):
    return base64.b64decode(re.search(r"echo (\S+) \| base64 -d > ", hook)[1]).decode()


def is_sound(script):
    return subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0


def test_it_is_a_boot_hook_that_installs_a_script():
    hook = boothook(LoginChange(number=2, user="debian", password_hash=HASH, ssh_keys=(KEY,)), "i-1")
    assert hook.startswith("#cloud-boothook\n#!/bin/sh\n")
    script = script_in(hook)
    assert is_sound(hook) and is_sound(script)
    assert "user=debian\n" in script
    assert "change=i-1:2\n" in script
    assert base64.b64encode(HASH.encode()).decode() in script
    assert base64.b64encode(f"{KEY}\n".encode()).decode() in script


def test_what_is_left_alone_is_not_told():
    script = script_in(boothook(LoginChange(number=1, user="root", password_hash=HASH), "i-1"))
    assert "if false; then" in script
    script = script_in(boothook(LoginChange(number=1, user="root", ssh_keys=()), "i-1"))
    assert "echo '' | base64 -d)" in script and "if true; then" in script


def test_it_goes_beside_what_operators_add():
    data = GuestData(
        instance_id="i-1",
        hostname="web",
        vendor_data="#cloud-config\n",
        login=LoginChange(number=1, user="root"),
    )
    text = vendor_text(data)
    assert "Content-Type: text/cloud-config" in text and "Content-Type: text/cloud-boothook" in text


@pytest.mark.parametrize(
    "values",
    [
        {"user": "a b"},
        {"user": "$(id)"},
        {"password_hash": "plain"},
        {"password_hash": f"{HASH}\nroot:{HASH}"},
        {"password_hash": HASH.replace("$6$", "$1$")},
        {"ssh_keys": ("a\nb",)},
    ],
)
def test_what_could_mean_more_is_refused(values):
    with pytest.raises(InvalidSpec):
        LoginChange(**{"number": 1, "user": "root", **values})


def test_the_hash_is_not_printed():
    assert HASH not in repr(LoginChange(number=1, user="root", password_hash=HASH))


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30))
def test_no_key_is_ever_a_word_of_the_script(text):
    change = LoginChange(number=1, user="root", ssh_keys=(f"ssh-ed25519 AAAA {ascii(text)[1:-1]}",))
    plain = LoginChange(number=1, user="root", ssh_keys=(KEY,))
    shape = [re.sub(r"echo \S+ \|", "echo X |", script_in(boothook(one, "i-1"))) for one in (change, plain)]
    assert shape[0] == shape[1]
