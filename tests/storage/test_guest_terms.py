"""What a template says of its guests is one of few words, or the name of a user."""

import pytest

from cloudportal.core.errors import InvalidInput
from storage.guest_terms import checked_terms, format_for


@pytest.mark.parametrize(
    ("os_type", "wanted", "said"),
    [
        ("Debian 12", "", "nocloud"),
        ("", "", "nocloud"),
        ("Windows Server 2022", "", "config-drive"),
        ("Windows Server 2022", "nocloud", "nocloud"),
        ("Debian 12", "config-drive", "config-drive"),
    ],
)
def test_the_owners_wish_goes_before_what_fits_the_system(os_type, wanted, said):
    assert format_for(os_type, wanted) == said


@pytest.mark.parametrize("user", ["-p", "a b", "Root", "x" * 33, "a:b", "a\nb", "ä", "$(id)", "../x"])
def test_no_word_but_a_users_name_is_taken(user):
    with pytest.raises(InvalidInput) as refusal:
        checked_terms({"login_user": user})
    assert list(refusal.value.fields) == ["login_user"]


def test_without_a_name_it_is_root():
    assert checked_terms({"login_user": " "}) == {"login_user": "root"}
    assert checked_terms({"name": "x"}) == {"name": "x"}


def test_another_format_is_refused():
    with pytest.raises(InvalidInput):
        checked_terms({"guest_data_format": "floppy"})
