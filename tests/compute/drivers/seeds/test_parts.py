"""Texts for cloud-init stay themselves, alone or beside each other."""

import email

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compute.drivers.seeds.parts import combined

CONFIG = "#cloud-config\nruncmd: [id]\n"
SCRIPT = "#!/bin/sh\necho 'ü'\n"


def parts_of(text):
    """(kind, text) of each part, as cloud-init walks them."""
    parts = [part for part in email.message_from_string(text).walk() if not part.is_multipart()]
    return [(part.get_content_type(), part.get_payload(decode=True).decode()) for part in parts]


def test_a_single_text_is_passed_on_as_it_is():
    assert combined(["", CONFIG, " \n"]) == CONFIG
    assert combined(["", ""]) == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CONFIG, "text/cloud-config"),
        (SCRIPT, "text/x-shellscript"),
        ("#cloud-boothook\nid\n", "text/cloud-boothook"),
        ("#include\nhttps://example.org/\n", "text/x-include-url"),
        ("#include-once\nhttps://example.org/\n", "text/x-include-once-url"),
        ("#cloud-config-archive\n[]\n", "text/cloud-config-archive"),
        ("#part-handler\n", "text/part-handler"),
        ("## template: jinja\n#cloud-config\n", "text/jinja2"),
        ("something else", "text/plain"),
    ],
)
def test_each_text_is_a_part_of_its_own_kind(text, kind):
    assert parts_of(combined([text, SCRIPT])) == [(kind, text), ("text/x-shellscript", SCRIPT)]


def test_the_parts_of_a_multipart_text_stay_its_parts():
    inner = combined([CONFIG, SCRIPT])
    kinds = [kind for kind, _ in parts_of(combined([inner, "#!/bin/sh\n"]))]
    assert kinds == ["text/cloud-config", "text/x-shellscript", "text/x-shellscript"]


def test_the_same_texts_make_the_same_whole():
    assert combined([CONFIG, SCRIPT]) == combined([CONFIG, SCRIPT])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60), min_size=2, max_size=3
    )
)
def test_no_text_ends_its_part_or_begins_another(texts):
    texts = [f"#!/bin/sh\n{text}" for text in texts]
    assert [text for _, text in parts_of(combined(texts))] == texts
