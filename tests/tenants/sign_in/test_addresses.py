"""Nobody but a trusted proxy says where a request comes from."""

import pytest
from django.test import RequestFactory

from tenants.addresses import NO_ADDRESS, is_within, source_address, throttled_address


def address_of(peer, chain=None, **headers):
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    if chain is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = chain
    return source_address(request)


def test_by_default_the_peer_is_the_source():
    assert address_of("203.0.113.9", "10.0.0.1") == "203.0.113.9"


def test_a_trusted_proxy_says_for_whom_it_speaks(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert address_of("10.1.1.1", "203.0.113.9") == "203.0.113.9"


def test_what_a_client_wrote_in_front_of_the_proxy_does_not_count(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert address_of("10.1.1.1", "198.51.100.1, 203.0.113.9") == "203.0.113.9"


def test_a_chain_of_trusted_proxies_is_followed(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert address_of("10.1.1.1", "203.0.113.9, 10.2.2.2") == "203.0.113.9"


def test_a_stranger_inside_the_trusted_range_is_not_made_up(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert address_of("203.0.113.9", "10.0.0.1") == "203.0.113.9"


@pytest.mark.parametrize("garbage", ["", "unknown", "evil\r\nx: y", "1.2.3", "<script>", "::1::"])
def test_garbage_leaves_the_proxy_as_the_source(settings, garbage):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert address_of("10.1.1.1", garbage) == "10.1.1.1"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_addresses_are_read_in_every_spelling(settings, written, meant):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert address_of("10.1.1.1", written) == meant


def test_a_unix_socket_is_trusted_by_its_word_only(settings):
    assert address_of("", "203.0.113.9") == ""
    settings.TRUSTED_PROXIES = ["unix"]
    assert address_of("", "203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize(
    "header", ["x-real-ip", "x-client-ip", "forwarded", "true-client-ip", "x-remote-user", "remote-user"]
)
def test_other_headers_say_nothing(settings, header):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert address_of("10.1.1.1", **{header: "203.0.113.9"}) == "10.1.1.1"


@pytest.mark.parametrize(
    ("peer", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("", NO_ADDRESS),
    ],
)
def test_tries_are_counted_for_a_whole_ipv6_site(peer, key):
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    assert throttled_address(request) == key


def test_no_address_is_within_no_network():
    assert not is_within("", ["0.0.0.0/0"])
    assert is_within("192.0.2.7", ["198.51.100.0/24", "192.0.2.0/24"])
    assert not is_within("192.0.2.7", ["2001:db8::/32"])
