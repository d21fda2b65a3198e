import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.core.errors import InvalidInput
from cloudportal.outbound.locations import followed, parsed

PORTS = frozenset({80, 443, 8080})

WRONG = (
    "",
    "debian.qcow2",
    "//example.org/x",
    "ftp://example.org/x",
    "file:///etc/passwd",
    "gopher://example.org/x",
    "nfs://example.org/x",
    "javascript:alert(1)",
    "http://",
    "http:///x",
    "http://user@example.org/",
    "http://user:secret@example.org/",
    "http://@example.org/",
    "http://example.org:22/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "http://example.org:x/",
    "http://exa mple.org/",
    "http://example.org/a b",
    "http://example.org/\r\nHost: evil",
    "http://example.org/\x00",
    "http://example.org\\@evil.org/",
    "http://bücher.example/",
    "http://-example.org/",
    "http://a..b/",
    "http://[::1/",
    "http://[fe80::1%25eth0]/",
    "http://example.org/#part",
    "http://" + "a" * 2000,
    "http://%65xample.org/",
)


@pytest.mark.parametrize("url", WRONG)
def test_what_is_no_plain_address_of_the_web_is_refused(url):
    with pytest.raises(InvalidInput) as refusal:
        parsed(url, PORTS)
    assert "url" in refusal.value.fields


def test_an_address_in_parts():
    found = parsed(" https://Example.org:8080/a/b.qcow2?v=1&w=%20 ", PORTS)
    assert (found.scheme, found.host, found.port) == ("https", "example.org", 8080)
    assert found.target == "/a/b.qcow2?v=1&w=%20"
    assert found.text == "https://example.org:8080/a/b.qcow2?v=1&w=%20"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://example.org", "http://example.org/"),
        ("https://example.org:443/x", "https://example.org/x"),
        ("http://[2606:4700::1]:8080/x", "http://[2606:4700::1]:8080/x"),
    ],
)
def test_one_spelling_for_one_place(url, text):
    assert parsed(url, PORTS).text == text


def test_a_redirect_is_looked_at_as_closely_as_the_first_address():
    here = parsed("https://example.org/a/b", PORTS)
    assert followed(here, "../c#part", PORTS).text == "https://example.org/c"
    for there in ("http://example.org/x", "file:///etc/passwd", "https://example.org:22/", "https://u@x/"):
        with pytest.raises(InvalidInput):
            followed(here, there, PORTS)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60))
def test_what_is_taken_apart_goes_together_again_and_holds_no_controls(tail):
    try:
        found = parsed(f"http://example.org/{tail}", PORTS)
    except InvalidInput:
        return
    assert parsed(found.text, PORTS) == found
    assert found.target.isascii()
    assert found.target.isprintable()
    assert " " not in found.target
