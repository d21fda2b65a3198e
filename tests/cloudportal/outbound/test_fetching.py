import hashlib
import shutil
from dataclasses import replace
from ipaddress import ip_network

import pytest

from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.errors import Unreachable
from cloudportal.outbound import checksums, fetching
from cloudportal.outbound.fetching import fetch
from cloudportal.outbound.requests import Policy
from tests.support.webserver import make_certificate, serving

IMAGE = bytes(range(256)) * 4096
LIMIT = 16 * 1024 * 1024
HERE = (ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def web():
    with serving() as answers:
        yield answers


@pytest.fixture
def secure(certificate):
    with serving(certificate=certificate) as answers:
        yield answers


@pytest.fixture
def target(tmp_path):
    return tmp_path / "image"


def policy_for(*servers, **more):
    return Policy(**{"networks": HERE, "ports": frozenset(one.port for one in servers), **more})


def at(web, path="/image", host="127.0.0.1"):
    return f"http://{host}:{web.port}{path}"


def left(target):
    return sorted(path.name for path in target.parent.iterdir())


def get(web, target, path="/image", *, limit_bytes=LIMIT, checksum="", on_progress=None, **more):
    return fetch(
        at(web, path),
        target,
        policy_for(web, **more),
        limit_bytes=limit_bytes,
        checksum=checksums.parsed(checksum),
        on_progress=on_progress or (lambda done, total: None),
    )


def test_a_file_comes_in_whole_and_is_counted_and_summed_up(web, target):
    web.file("/image", IMAGE)
    seen = []
    found = get(web, target, on_progress=lambda done, total: seen.append((done, total)))
    assert target.read_bytes() == IMAGE
    assert (found.size_bytes, found.checksum) == (len(IMAGE), hashlib.sha256(IMAGE).hexdigest())
    assert seen[-1] == (len(IMAGE), len(IMAGE))
    assert left(target) == ["image"]


def test_what_is_there_already_is_not_asked_for_again(web, target):
    web.file("/image", IMAGE)
    assert get(web, target) == get(web, target)
    assert len(web.requests) == 1


@pytest.mark.parametrize("kind", ["md5", "sha256", "sha512"])
def test_a_checksum_is_proved(web, target, kind):
    web.file("/image", IMAGE)
    assert get(web, target, checksum=hashlib.new(kind, IMAGE).hexdigest())


def test_another_file_than_was_meant_is_refused_and_not_kept(web, target):
    web.file("/image", IMAGE)
    with pytest.raises(InvalidInput) as refusal:
        get(web, target, checksum="0" * 64)
    assert hashlib.sha256(IMAGE).hexdigest() in refusal.value.detail
    assert left(target) == []


def test_a_broken_off_file_is_gone_on_with_where_it_broke(web, target):
    web.broken("/image", IMAGE, after=1000)
    with pytest.raises(Unreachable):
        get(web, target)
    assert left(target) == ["image.part", "image.part.json"]
    assert get(web, target).checksum == hashlib.sha256(IMAGE).hexdigest()
    assert web.requests[-1].headers["Range"] == "bytes=1000-"
    assert web.requests[-1].headers["If-Range"] == '"one"'


def test_a_try_that_brought_something_is_followed_by_another_at_once(web, target, monkeypatch):
    monkeypatch.setattr(fetching, "WORTHWHILE_BYTES", 1000)
    web.broken("/image", IMAGE, after=1000)
    assert get(web, target).size_bytes == len(IMAGE)


def test_a_file_that_changed_meanwhile_is_begun_anew(web, target):
    web.broken("/image", IMAGE, after=1000)
    with pytest.raises(Unreachable):
        get(web, target)
    web.file("/image", IMAGE[::-1], etag='"two"')
    assert get(web, target).checksum == hashlib.sha256(IMAGE[::-1]).hexdigest()


def test_without_a_sign_of_its_version_a_file_is_begun_anew(web, target):
    web.broken("/image", IMAGE, after=1000, etag="W/weak")
    with pytest.raises(Unreachable):
        get(web, target)
    assert get(web, target).size_bytes == len(IMAGE)
    assert "Range" not in web.requests[-1].headers


def test_a_part_of_something_else_than_was_asked_for_is_refused(web, target):
    web.broken("/image", IMAGE, after=1000)
    with pytest.raises(Unreachable):
        get(web, target)
    web.raw("/image", 206, b"evil", Content_Length=4, Content_Range="bytes 0-3/4", ETag='"one"')
    with pytest.raises(InvalidInput):
        get(web, target)
    assert left(target) == []


def test_a_part_that_came_whole_before_its_worker_died_is_taken_as_it_is(web, target):
    web.file("/image", IMAGE)
    get(web, target)
    target.rename(target.with_name("image.part"))
    fetching._remember(target, fetching.Version(at(web), '"one"', len(IMAGE)))
    assert get(web, target).size_bytes == len(IMAGE)
    assert len(web.requests) == 1


def test_a_promised_length_that_is_not_kept_is_a_broken_file(web, target):
    web.raw("/image", 200, b"short", Content_Length=500)
    with pytest.raises(Unreachable):
        get(web, target)


def test_more_than_is_allowed_is_refused_before_the_first_byte_where_the_server_says_so(web, target):
    web.file("/image", IMAGE)
    seen = []
    with pytest.raises(InvalidInput):
        get(web, target, limit_bytes=1000, on_progress=lambda done, total: seen.append(done))
    assert (seen, left(target)) == ([], [])


def test_more_than_is_allowed_is_refused_on_the_way_where_it_does_not(web, target):
    web.raw("/image", 200, IMAGE, Connection="close")
    with pytest.raises(InvalidInput):
        get(web, target, limit_bytes=1000)
    assert left(target) == []


def test_a_full_disk_is_our_fault_and_passes(web, target, monkeypatch):
    web.file("/image", IMAGE)
    full = shutil._ntuple_diskusage(10**9, 10**9, 1000)
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: full)
    with pytest.raises(Unreachable):
        get(web, target)


@pytest.mark.parametrize(("status", "kind"), [(404, InvalidInput), (403, InvalidInput), (503, Unreachable)])
def test_refusals_are_told_from_passing_faults(web, target, status, kind):
    web.raw("/image", status, Content_Length=0)
    with pytest.raises(kind):
        get(web, target)


def test_an_empty_file_is_no_image(web, target):
    web.file("/image", b"")
    with pytest.raises(InvalidInput):
        get(web, target)


def test_a_file_that_was_packed_on_its_way_is_refused(web, target):
    web.raw("/image", 200, b"packed", Content_Encoding="gzip", Content_Length=6)
    with pytest.raises(InvalidInput):
        get(web, target)


def test_headers_that_never_end_are_cut_off(web, target):
    web.dawdling("/image", b"HTTP/1.1 200 OK\r\n" + b"X-Slow: " + b"a" * 500)
    with pytest.raises(Unreachable):
        get(web, target, answer_seconds=0.5)


def test_a_body_that_trickles_is_given_up(web, target):
    web.dawdling("/image", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b"a" * 500)
    with pytest.raises(Unreachable):
        get(web, target, total_seconds=0.2, answer_seconds=10)


def test_a_redirect_is_followed(web, target):
    web.file("/image", IMAGE)
    web.redirect("/old", "/image")
    assert get(web, target, "/old").size_bytes == len(IMAGE)


def test_going_round_in_circles_ends(web, target):
    web.redirect("/old", "/old")
    with pytest.raises(InvalidInput):
        get(web, target, "/old")
    assert len(web.requests) == 6


@pytest.mark.parametrize("inner", ["127.0.0.2", "127.1", "[::1]", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_is_refused_and_nothing_inside_is_asked(web, target, inner, status):
    web.redirect("/old", f"http://{inner}:{web.port}/image", status)
    with pytest.raises(InvalidInput):
        get(web, target, "/old", networks=(ip_network("127.0.0.1/32"),), resolve=literal)
    assert [one.path for one in web.requests] == ["/old"]


def literal(host, port):
    """As getaddrinfo reads addresses, and 127.1 as another one than the server's."""
    return [{"127.1": "127.0.0.3"}.get(host, host)]


def test_a_redirect_to_another_scheme_or_port_is_refused(web, target):
    for there in ("file:///etc/passwd", f"ftp://127.0.0.1:{web.port}/x", "http://127.0.0.1:22/"):
        web.redirect("/old", there)
        with pytest.raises(InvalidInput):
            get(web, target, "/old")
    assert len(web.requests) == 3


def test_nothing_is_asked_before_the_address_is_found_good(web, target):
    with pytest.raises(InvalidInput):
        get(web, target, networks=())
    with pytest.raises(InvalidInput):
        get(web, target, ports=frozenset({443}))
    assert web.requests == []


def test_a_name_that_leads_elsewhere_the_second_time_gains_nothing(web, target):
    web.file("/image", IMAGE)
    answers = iter([["127.0.0.1"], ["127.0.0.9"]])
    policy = replace(policy_for(web), resolve=lambda host, port: next(answers))
    url = at(web, host="rebinding.example.org")
    assert fetch(url, target, policy, limit_bytes=LIMIT).size_bytes == len(IMAGE)
    assert next(answers) == ["127.0.0.9"]
    assert web.requests[0].headers["Host"] == f"rebinding.example.org:{web.port}"


def test_a_proxy_in_the_environment_is_not_used(web, target, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    web.file("/image", IMAGE)
    assert get(web, target)


def over_tls(secure, host, certificates, target):
    policy = policy_for(secure, certificates=certificates, resolve=lambda name, port: ["127.0.0.1"])
    return fetch(f"https://{host}:{secure.port}/image", target, policy, limit_bytes=LIMIT)


def test_a_certified_server_is_trusted_under_its_name(secure, certificate, target):
    secure.file("/image", IMAGE)
    assert over_tls(secure, "mirror.example.org", certificate, target).size_bytes == len(IMAGE)


def test_a_server_that_nobody_vouches_for_is_refused(secure, target):
    with pytest.raises(InvalidInput):
        over_tls(secure, "mirror.example.org", None, target)


def test_a_certificate_of_another_name_is_refused(secure, certificate, target):
    with pytest.raises(InvalidInput):
        over_tls(secure, "other.example.org", certificate, target)
    assert secure.requests == []


def test_from_tls_nothing_leads_back_to_plain_text(secure, certificate, target):
    secure.redirect("/image", f"http://mirror.example.org:{secure.port}/image")
    with pytest.raises(InvalidInput):
        over_tls(secure, "mirror.example.org", certificate, target)


def test_a_watcher_that_stops_the_fetch_leaves_the_part_for_the_next(web, target):
    web.file("/image", IMAGE)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(web, target, on_progress=stop)
    assert get(web, target).size_bytes == len(IMAGE)
