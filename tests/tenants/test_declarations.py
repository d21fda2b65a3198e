"""Settings: declared once, typed, and never anything else than their type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudportal.core.errors import InvalidInput, NotFound
from tenants import declarations
from tenants.declarations import Kind, PlaceKind, Setting, all_settings, declare, setting_named


def setting(kind, **values):
    return Setting("test.setting", kind, None, "Helps.", "tests", **values)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Kind.BOOL, "yes", True),
        (Kind.BOOL, False, False),
        (Kind.BOOL, " OFF ", False),
        (Kind.INT, "-7", -7),
        (Kind.INT, 7, 7),
        (Kind.FLOAT, "1.5", 1.5),
        (Kind.STR, " kept as it is ", " kept as it is "),
        (Kind.DURATION, "90", 90),
        (Kind.DURATION, 90, 90),
        (Kind.DURATION, "5 m", 300),
        (Kind.DURATION, "2h", 7200),
        (Kind.DURATION, "7d", 604800),
        (Kind.LIST, "a, b,,c ", ["a", "b", "c"]),
        (Kind.LIST, ["a", " b"], ["a", "b"]),
    ],
)
def test_what_people_write_becomes_the_type(kind, raw, value):
    parsed = setting(kind).parse(raw)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.BOOL, "maybe"),
        (Kind.BOOL, None),
        (Kind.INT, "1.5"),
        (Kind.INT, True),
        (Kind.INT, 10**18),
        (Kind.INT, "9" * 30),
        (Kind.INT, None),
        (Kind.FLOAT, "nan"),
        (Kind.FLOAT, "inf"),
        (Kind.FLOAT, True),
        (Kind.FLOAT, [1]),
        (Kind.STR, 1),
        (Kind.STR, "x" * 4001),
        (Kind.STR, "a\x00b"),
        (Kind.DURATION, "-5"),
        (Kind.DURATION, "5 weeks"),
        (Kind.DURATION, True),
        (Kind.LIST, [1]),
        (Kind.LIST, {"a": 1}),
        (Kind.LIST, "x" * 5000),
    ],
)
def test_what_is_not_the_type_is_refused(kind, raw):
    with pytest.raises(InvalidInput) as refusal:
        setting(kind).parse(raw)
    assert "value" in refusal.value.fields


@given(st.sampled_from([kind for kind in Kind if kind is not Kind.CHOICE]), st.text(max_size=40))
def test_what_is_taken_is_taken_again_and_means_the_same(kind, raw):
    one = setting(kind)
    try:
        value = one.parse(raw)
    except InvalidInput:
        return
    assert one.parse(value) == value


def test_a_choice_is_one_of_its_choices():
    one = setting(Kind.CHOICE, choices=("red", "green"))
    assert one.parse("red") == "red"
    with pytest.raises(InvalidInput):
        one.parse("blue")


def test_numbers_keep_to_their_bounds():
    one = setting(Kind.INT, minimum=1, maximum=10)
    assert one.parse("10") == 10
    for raw in ("0", "11"):
        with pytest.raises(InvalidInput):
            one.parse(raw)


def test_every_setting_says_what_it_is_for_and_has_a_default_that_may_be_set():
    assert all_settings()
    for one in all_settings():
        assert one.parse(one.default) == one.default, one.name
        assert one.help.endswith("."), one.name
        assert one.category, one.name


def test_a_default_that_may_not_be_set_cannot_be_declared(monkeypatch):
    monkeypatch.setattr(declarations, "_registered", {})
    with pytest.raises(InvalidInput):
        declare("test.wrong", Kind.INT, 0, "Helps.", "tests", minimum=1)


def test_a_name_is_declared_once(monkeypatch):
    monkeypatch.setattr(declarations, "_registered", {})
    declare("test.one", Kind.INT, 1, "Helps.", "tests")
    declare("test.one", Kind.INT, 1, "Helps.", "tests")
    with pytest.raises(ValueError, match="twice"):
        declare("test.one", Kind.INT, 2, "Helps.", "tests")


def test_the_whole_cloud_is_a_place_for_every_setting():
    one = setting(Kind.INT, places=frozenset({PlaceKind.ZONE}))
    assert one.has_place(PlaceKind.GLOBAL)
    assert one.has_place(PlaceKind.ZONE)
    assert not one.has_place(PlaceKind.DOMAIN)


def test_an_unknown_setting_is_not_found():
    with pytest.raises(NotFound):
        setting_named("no.such.setting")
