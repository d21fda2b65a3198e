"""What domains, accounts, users and projects may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudportal.core.errors import InvalidInput
from tenants import names

HOSTILE = ["\x00", "\n", "\r", "\t", "<", ">", '"', "'", "&", ";", "`", "$", "\\", "|", "\u202e", "\u0000"]


@given(st.text(max_size=200))
def test_a_user_name_is_small_ascii_or_refused(text):
    try:
        name = names.check_username(text)
    except InvalidInput as refusal:
        assert "username" in refusal.fields
        return
    assert name == name.lower() == name.strip()
    assert name.isascii() and 1 <= len(name) <= 150
    assert not set(HOSTILE) & set(name)


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._@+-]{0,149}", fullmatch=True))
def test_what_is_accepted_is_accepted_again_unchanged(text):
    once = names.check_username(text)
    assert names.check_username(once) == once


@given(st.text(max_size=150), st.sampled_from(HOSTILE), st.text(max_size=20))
def test_no_name_holds_what_would_hurt(before, hostile, after):
    for check in (names.check_domain_name, names.check_project_name, names.check_username):
        with pytest.raises(InvalidInput):
            check(f"a{before}{hostile}{after}a")


@given(st.text(alphabet="abc/", min_size=1, max_size=20).filter(lambda text: "/" in text))
def test_a_domain_name_never_holds_what_stands_between_domains(text):
    with pytest.raises(InvalidInput):
        names.check_domain_name(text)


@pytest.mark.parametrize("text", ["Ünïcode Gmbh", "R&D".replace("&", "+"), "東京", "team #1 (east)"])
def test_people_may_name_things_in_their_language(text):
    assert names.check_domain_name(text) == text


@pytest.mark.parametrize("text", ["ﬀ", "İ", "ſ", "Kelvin K"])
def test_letters_that_become_others_in_small_are_no_user_names(text):
    with pytest.raises(InvalidInput):
        names.check_username(text)


@given(st.emails())
def test_a_mail_address_is_kept_or_refused_by_its_field(address):
    try:
        kept = names.check_email(address)
    except InvalidInput as refusal:
        assert "email" in refusal.fields
        return
    assert kept == address
    assert len(kept) <= 254


@pytest.mark.parametrize("address", ["a", "a@b", "a@b.c\nBcc: x@y.z", "a b@example.org", "@example.org"])
def test_what_is_no_mail_address_is_refused(address):
    with pytest.raises(InvalidInput):
        names.check_email(address)


def test_no_address_is_an_answer_too():
    assert names.check_email("  ") == ""


@pytest.mark.parametrize(("text", "kept"), [("", ""), ("Cloud.Example.", "cloud.example"), ("lan", "lan")])
def test_a_network_suffix_is_a_dns_name(text, kept):
    assert names.check_network_suffix(text) == kept


@pytest.mark.parametrize("text", ["-a.b", "a..b", "a_b", "a b", f"{'a' * 64}.b", ".".join(["abc"] * 40)])
def test_what_is_no_dns_name_is_refused(text):
    with pytest.raises(InvalidInput) as refusal:
        names.check_network_suffix(text)
    assert "network_suffix" in refusal.value.fields


def test_a_project_name_leaves_room_for_its_account():
    assert names.check_project_name("x" * 80)
    with pytest.raises(InvalidInput):
        names.check_project_name("x" * 81)
