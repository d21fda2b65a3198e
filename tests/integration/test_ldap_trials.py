"""Trying a sign-in tells an administrator, step by step, what the directory answered."""

import pytest

from cloudportal.core.errors import NotFound, NotPermitted, TooManyRequests
from tenants.models import Account, User
from tenants.services.directory_trials import try_sign_in
from tests.support import factories
from tests.support.directory_data import (
    PORTAL,
    authority_of,
    dn_of,
    group,
    make_server,
    map_group,
    real_values,
)
from tests.support.factories import make_personas

pytestmark = [pytest.mark.django_db, pytest.mark.real]


@pytest.fixture
def who():
    return make_personas()


@pytest.fixture
def attempt(who, slapd_server):
    """Tries ada, or somebody else, at a server with these values; gives (step, is it good, sentence)."""

    def go(username="ada", password=None, mapped=True, **values):
        server = make_server(who.domain, **real_values(slapd_server, **values))
        if mapped:
            map_group(server, group("engineering"))
        known = slapd_server.passwords.get(dn_of(username), "unknown")
        found = try_sign_in(who.domain_admin, server, username, known if password is None else password)
        return [(one.step, one.is_good, one.sentence) for one in found]

    return go


def last(findings):
    return findings[-1]


def test_a_good_sign_in_is_told_from_the_first_step_to_the_last(attempt):
    findings = attempt()
    assert [step for step, _, _ in findings] == [
        "connect",
        "bind",
        "search",
        "password",
        "entry",
        "groups",
        "mapping",
    ]
    assert all(is_good for _, is_good, _ in findings)
    sentences = " ".join(sentence for _, _, sentence in findings)
    assert "without TLS" in sentences
    assert f"bind as {PORTAL}" in sentences
    assert f"found {dn_of('ada')}" in sentences
    assert "in 1 groups: engineering" in sentences
    assert "leads to the account ada" in last(findings)[2]


def test_nothing_is_made(attempt):
    attempt()
    assert not User.objects.filter(username="ada").exists()
    assert not Account.objects.filter(name="ada").exists()


def test_a_good_certificate_is_told(attempt, slapd_server):
    findings = attempt(
        uris=[slapd_server.secure_uri], tls_mode="ldaps", ca_certificates=authority_of(slapd_server)
    )
    assert "with TLS, and its certificate is good" in findings[0][2]


def test_a_bad_certificate_is_told_with_its_reason(attempt, slapd_server):
    findings = attempt(uris=[slapd_server.secure_uri], tls_mode="ldaps")
    assert len(findings) == 1
    assert findings[0][:2] == ("connect", False)
    assert "self-signed certificate in certificate chain" in findings[0][2]


def test_each_address_is_tried(attempt, slapd_server):
    findings = attempt(uris=["ldap://127.0.0.1:9", slapd_server.uri])
    assert [is_good for step, is_good, _ in findings if step == "connect"] == [False, True]
    assert last(findings)[0] == "mapping"


@pytest.mark.parametrize(
    ("options", "step", "words"),
    [
        ({"bind_password": "wrong"}, "bind", "Invalid credentials"),
        ({"user_base": "ou=nowhere,dc=example,dc=org"}, "search", "No such object"),
        ({"user_filter": "(cn={username})"}, "search", "no entry or more than one"),
        ({"username": "nobody"}, "search", "no entry or more than one"),
        ({"password": "wrong"}, "password", "rejected"),
        ({"password": " "}, "password", "No password was given"),
        ({"username": "left-bits"}, "entry", "disabled"),
        ({"group_base": "ou=nowhere,dc=example,dc=org"}, "groups", "No such object"),
        ({"username": "emmy"}, "mapping", "None of their groups"),
        ({"mapped": False}, "mapping", "None of their groups"),
    ],
    ids=str,
)
def test_where_it_goes_wrong_it_says_so(attempt, options, step, words):
    found_step, is_good, sentence = last(attempt(**options))
    assert (found_step, is_good) == (step, False)
    assert words in sentence


def test_a_direct_bind_skips_the_search(attempt):
    findings = attempt(bind_mode="direct", user_dn_template="uid={username},ou=people,dc=example,dc=org")
    assert [step for step, _, _ in findings] == ["connect", "password", "entry", "groups", "mapping"]


def test_no_secret_is_told(attempt, slapd_server):
    for options in ({}, {"bind_password": "wrong-bind"}, {"password": "wrong-one"}):
        told = str(attempt(**options))
        assert slapd_server.passwords[PORTAL] not in told
        assert slapd_server.passwords[dn_of("ada")] not in told
        assert "wrong-" not in told


def test_only_administrators_of_the_domain_try(who, slapd_server):
    server = make_server(who.domain, **real_values(slapd_server))
    for name in ("user", "neighbour", "other_domain_admin", "read_only_admin"):
        with pytest.raises((NotFound, NotPermitted)):
            try_sign_in(getattr(who, name), server, "ada", "x")


def test_trying_is_no_way_to_guess(who, slapd_server, settings):
    settings.AXES_FAILURE_LIMIT = 2
    server = make_server(who.domain, **real_values(slapd_server))
    assert not last([(f.step, f.is_good) for f in try_sign_in(who.domain_admin, server, "ada", "one")])[1]
    for password in ("two", slapd_server.passwords[dn_of("ada")]):
        with pytest.raises(TooManyRequests):
            try_sign_in(who.domain_admin, server, "ada", password)


def test_what_a_fixed_account_gives_is_told(who, slapd_server):
    server = make_server(who.domain, **real_values(slapd_server))
    account = factories.make_account(who.domain, "Domain Admin", name="staff")
    map_group(server, group("engineering"), account_uuid=account.uuid)
    findings = try_sign_in(who.domain_admin, server, "ada", slapd_server.passwords[dn_of("ada")])
    assert "leads to the account staff" in findings[-1].sentence
    assert "with the role Domain Admin" in findings[-1].sentence
