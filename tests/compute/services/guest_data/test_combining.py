"""Two texts in one: each whole, by itself, and of the kind that its first line says."""

from email import message_from_string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compute.services.guest_data.combining import MERGING, combined

TEXTS = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=300
)


def parts_of(text):
    return [
        (one.get_content_subtype(), one.get_payload(decode=True).decode())
        for one in message_from_string(text).get_payload()
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("#!/bin/sh\nid\n", "x-shellscript"),
        ("#cloud-config\npackages: [a]\n", "cloud-config"),
        ("#cloud-config-archive\n- x\n", "cloud-config-archive"),
        ("#include-once\nhttps://example.org\n", "x-include-once-url"),
        ("## template: jinja\n#cloud-config\n", "jinja2"),
        ("whatever", "plain"),
    ],
)
def test_a_text_is_what_its_first_line_says(text, kind):
    assert parts_of(combined("#!/bin/sh\n", text)) == [("x-shellscript", "#!/bin/sh\n"), (kind, text)]


def test_of_two_documents_the_lists_are_joined():
    both = message_from_string(combined("#cloud-config\na: [1]\n", "#cloud-config\na: [2]\n"))
    assert [one["Merge-Type"] for one in both.get_payload()] == [MERGING, MERGING]


def test_the_parts_of_a_message_stay_parts():
    whole = combined(combined("#!/bin/sh\na\n", "#cloud-config\n"), "#!/bin/sh\nb\n")
    assert [kind for kind, _ in parts_of(whole)] == ["x-shellscript", "cloud-config", "x-shellscript"]


@settings(max_examples=40, deadline=None)
@given(first=TEXTS, second=TEXTS)
def test_whatever_they_say_both_come_out_as_they_went_in(first, second):
    text = combined(f"#!{first}", f"#!{second}")
    assert text == combined(f"#!{first}", f"#!{second}")
    assert [said for _, said in parts_of(text)] == [f"#!{first}", f"#!{second}"]
