"""Declared settings take what fits, fill in what is missing and name all that is wrong."""

import pytest

from cloudportal.drivers.settings import InvalidSettings, Setting, validate


def setting(kind="text", **changes):
    return Setting(**{"name": "it", "label": "It", "kind": kind, "scope": "host", "help": "", **changes})


@pytest.mark.parametrize(
    ("kind", "value", "cleaned"),
    [
        ("text", "abc", "abc"),
        ("integer", "12", 12),
        ("integer", 12, 12),
        ("boolean", "yes", True),
        ("boolean", "off", False),
        ("boolean", True, True),
        ("url", "qemu+tls://host/system", "qemu+tls://host/system"),
        ("path", "/var/lib/it", "/var/lib/it"),
        ("secret", "p ss", "p ss"),
        ("pem", "-----BEGIN CERTIFICATE-----\nMIIB\n", "-----BEGIN CERTIFICATE-----\nMIIB\n"),
    ],
)
def test_a_value_that_fits_is_taken_in_its_own_type(kind, value, cleaned):
    assert validate([setting(kind)], {"it": value}) == {"it": cleaned}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 5),
        ("text", "two\nlines"),
        ("text", "nul\0"),
        ("text", "x" * 2001),
        ("integer", "twelve"),
        ("integer", True),
        ("integer", 1.5),
        ("boolean", "perhaps"),
        ("url", "host"),
        ("url", "http://[broken"),
        ("url", "qemu+tls://user:password@host/system"),
        ("path", "relative"),
        ("path", "/var/../etc"),
        ("secret", "two\nlines"),
        ("pem", "MIIB"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_name(kind, value):
    with pytest.raises(InvalidSettings) as caught:
        validate([setting(kind)], {"it": value})

    assert list(caught.value.fields) == ["it"]


def test_the_sentence_about_a_wrong_secret_does_not_repeat_it():
    with pytest.raises(InvalidSettings) as caught:
        validate([setting("secret", secret=True)], {"it": "canary\nvalue"})

    assert "canary" not in str(caught.value)


def test_numbers_keep_within_their_limits():
    limited = [setting("integer", minimum=1, maximum=9)]

    assert validate(limited, {"it": 9}) == {"it": 9}
    for value in (0, 10):
        with pytest.raises(InvalidSettings):
            validate(limited, {"it": value})


def test_a_choice_is_one_of_the_choices():
    choice = [setting("choice", choices=(("a", "A"), ("b", "B")))]

    assert validate(choice, {"it": "b"}) == {"it": "b"}
    with pytest.raises(InvalidSettings):
        validate(choice, {"it": "c"})


def test_a_default_takes_the_place_of_nothing():
    assert validate([setting(default="d", required=True)], {}) == {"it": "d"}
    assert validate([setting(default="d")], {"it": ""}) == {"it": "d"}


def test_an_optional_value_may_be_left_out():
    assert validate([setting()], {"it": None}) == {}


def test_all_that_is_wrong_is_named_at_once():
    declared = [setting(name="one", required=True), setting("integer", name="two")]

    with pytest.raises(InvalidSettings) as caught:
        validate(declared, {"two": "x", "three": "y"})

    assert set(caught.value.fields) == {"one", "two", "three"}


def test_a_check_of_its_own_comes_after_the_kind():
    even = [setting(check=lambda value: "Odd." if len(value) % 2 else None)]

    assert validate(even, {"it": "ab"}) == {"it": "ab"}
    with pytest.raises(InvalidSettings) as caught:
        validate(even, {"it": "abc"})
    assert caught.value.fields == {"it": "Odd."}
