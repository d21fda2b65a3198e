"""Passwords for guests are random, and their hashes are what every crypt makes of them."""

import subprocess

import pytest

from compute.drivers.specs import PASSWORD_HASH
from compute.services.guest_data.passwords import hash_of, new_password, sha512_crypt


@pytest.mark.parametrize(
    ("password", "salt", "said"),
    [
        (
            # The first test vector of the specification.
            "Hello world!",
            "saltstring",
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
        ),
    ],
)
def test_it_is_as_specified(password, salt, said):
    assert sha512_crypt(password, salt) == said


@pytest.mark.parametrize("password", ["x", "ä" * 31, "p" * 64, "p" * 65, "p" * 200])
def test_it_is_what_openssl_makes_of_it(password):
    run = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "aZ./0919", "-stdin"],
        input=f"{password}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert sha512_crypt(password, "aZ./0919") == run.stdout.strip()


def test_a_new_password_is_another_each_time_and_has_all_kinds_of_characters():
    words = {new_password().reveal() for _ in range(20)}
    assert len(words) == 20
    for word in words:
        assert len(word) == 23
        assert any(map(str.islower, word)) and any(map(str.isupper, word)) and any(map(str.isdigit, word))


def test_a_password_does_not_print_itself_and_its_hash_is_one_that_drivers_take():
    password = new_password()
    assert str(password) == "********"
    assert PASSWORD_HASH.fullmatch(hash_of(password))
    assert hash_of(password) != hash_of(password)
