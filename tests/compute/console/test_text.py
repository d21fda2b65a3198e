"""What a guest prints is shown as text, whatever it prints."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compute.console.text import readable

ESCAPES = st.sampled_from(
    [b"\x1b[", b"\x1b]0;", b"\x07", b"\x1b\\", b"\x9b", b"\xc2\x9b", b"\r", b"\x1b", b"31m", b"<script>"]
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"guest login: ", "guest login: "),
        (b"\x1b[1;31mred\x1b[0m and\r\nplain", "red and\nplain"),
        (b"\x1b]0;title\x07text", "text"),
        (b"\x1b]52;c;c2VjcmV0\x1b\\text", "text"),
        (b"10 %\r20 %\rdone\n", "done\n"),
        (b"\xff\xfe", "��"),
        (b"a\x00b\x08c", "abc"),
        ("a\u202eb".encode(), "ab"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
        (b"tab\there", "tab\there"),
        (b"\x1b(Bset", "set"),
        (b"\x1b[", ""),
    ],
)
def test_control_sequences_are_gone_and_words_stay(written, shown):
    assert readable(written) == shown


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(ESCAPES, st.binary(max_size=30)), max_size=12))
def test_nothing_in_it_controls_anything(pieces):
    text = readable(b"".join(pieces))
    assert not [one for one in text if unicodedata.category(one) == "Cc" and one not in "\n\t"]
