import hashlib

import pytest

from cloudportal.core.errors import InvalidInput
from cloudportal.outbound.checksums import parsed

SUMS = {name: hashlib.new(name, b"image").hexdigest() for name in ("md5", "sha256", "sha512")}


@pytest.mark.parametrize("name", SUMS)
def test_the_digits_alone_say_which_kind_it_is(name):
    assert str(parsed(f" {SUMS[name].upper()} ")) == f"{name}:{SUMS[name]}"


@pytest.mark.parametrize("text", ["sha256:{}", "SHA-256:{}", "{{SHA-256}}{}", "{{sha256}} {}"])
def test_the_kind_may_be_named(text):
    assert parsed(text.format(SUMS["sha256"])).algorithm == "sha256"


def test_nothing_is_no_checksum():
    assert parsed("  ") is None


@pytest.mark.parametrize(
    "text", ["x", "a" * 63, "g" * 64, f"md5:{SUMS['sha256']}", f"sha1:{'a' * 40}", f"{SUMS['md5']} file"]
)
def test_what_is_no_checksum_of_a_kind_that_we_know_is_refused(text):
    with pytest.raises(InvalidInput):
        parsed(text)
