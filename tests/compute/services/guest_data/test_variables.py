"""Filling in is plain substitution: no value and no text is ever more than text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.core.errors import InvalidInput
from compute.services.guest_data.variables import Variable, checked_declaration, filled_in

PORT = Variable(name="port", default="8080")
OWNER = Variable(name="owner", is_required=True)
TEXT = "listen: ${{ port }}\nowner: ${{owner}} of ${{ owner }}\n"


def test_values_and_defaults_stand_in_their_places():
    said = filled_in(TEXT, (PORT, OWNER), {"owner": "ada"})
    assert said == "listen: 8080\nowner: ada of ada\n"
    assert "listen: 80\n" in filled_in(TEXT, (PORT, OWNER), {"owner": "ada", "port": "80"})


def test_an_optional_value_that_is_left_out_is_nothing():
    assert filled_in("a${{ x }}b", (Variable(name="x"),), {}) == "ab"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"owner": ""},
        {"owner": "ada", "other": "x"},
        {"owner": "a\nb"},
        {"owner": "a\x1bb"},
        {"owner": "x" * 4097},
    ],
)
def test_what_is_missing_unknown_or_no_line_is_refused(values):
    with pytest.raises(InvalidInput) as refusal:
        filled_in(TEXT, (PORT, OWNER), values)
    assert list(refusal.value.fields) == ["user_data_values"]


@pytest.mark.parametrize(
    ("content", "variables"),
    [
        ("${{ other }}", (PORT,)),
        ("${{ PORT }}", (PORT,)),
        ("${{ port", (PORT,)),
        ("${{ port | upper }}", (PORT,)),
        ("", (PORT, PORT)),
        ("", (Variable(name="Port"),)),
        ("", (Variable(name="a-b"),)),
        ("", (Variable(name=""),)),
        ("", (Variable(name="x" * 64),)),
        ("", (Variable(name="x", default="a\nb"),)),
        ("", (Variable(name="x", description="a\nb"),)),
        ("", (Variable(name="x", default="a", is_required=True),)),
        ("", (Variable(name="x", default="a", is_secret=True),)),
        ("", tuple(Variable(name=f"x{number}") for number in range(51))),
    ],
)
def test_a_wrong_declaration_is_refused(content, variables):
    with pytest.raises(InvalidInput) as refusal:
        checked_declaration(content, variables)
    assert list(refusal.value.fields) == ["variables"]


def test_a_text_without_variables_is_passed_on_whatever_it_looks_like():
    text = "${{ github.ref }} {{ ds.meta_data }} $HOME"
    assert checked_declaration(text, ()) == ()
    assert filled_in(text, (), {}) == text


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=40) | st.just("${{ owner }}"))
def test_no_value_is_looked_at_again(value):
    text = "a ${{ port }} b ${{ owner }} c"
    said = filled_in(text, (PORT, OWNER), {"port": value or "0", "owner": value or "0"})
    assert said == f"a {value or '0'} b {value or '0'} c"
