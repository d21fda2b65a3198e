"""Passwords go to a real directory only through TLS that is checked: by authority, by host, at every connection."""

import pytest

from tenants.directory import lookup
from tenants.directory.faults import DirectorySilent
from tests.support.directory_data import authority_of, dn_of, make_server, real_values

pytestmark = [pytest.mark.django_db, pytest.mark.real]


@pytest.fixture
def company(slapd_server):
    """Makes a server row for the running directory with these values."""

    def make(**values):
        return make_server(**real_values(slapd_server, **values))

    return make


def identify(server, slapd_server):
    return lookup.identify(server, "ada", slapd_server.passwords[dn_of("ada")]).username


def ldaps(slapd_server, **values):
    given = {"uris": [slapd_server.secure_uri], "tls_mode": "ldaps"}
    return {**given, "ca_certificates": authority_of(slapd_server), **values}


def starttls(slapd_server, **values):
    return {"tls_mode": "starttls", "ca_certificates": authority_of(slapd_server), **values}


@pytest.mark.parametrize("mode", [ldaps, starttls])
def test_with_the_right_authority_they_come_in(company, slapd_server, mode):
    assert identify(company(**mode(slapd_server)), slapd_server) == "ada"


@pytest.mark.parametrize("mode", [ldaps, starttls])
def test_a_certificate_of_nobody_we_know_is_refused(company, slapd_server, mode):
    with pytest.raises(DirectorySilent, match="certificate is not to be trusted"):
        identify(company(**mode(slapd_server, ca_certificates="")), slapd_server)


@pytest.mark.parametrize("mode", [ldaps, starttls])
def test_a_certificate_of_another_authority_is_refused(company, slapd_server, strange_authority, mode):
    with pytest.raises(DirectorySilent, match="certificate is not to be trusted"):
        identify(company(**mode(slapd_server, ca_certificates=strange_authority.read_text())), slapd_server)


@pytest.mark.parametrize("mode", [ldaps, starttls])
def test_libldap_checks_for_itself(company, slapd_server, strange_authority, mode, monkeypatch):
    monkeypatch.setattr(lookup.connections, "probe", lambda server, uri: None)
    with pytest.raises(DirectorySilent):
        identify(company(**mode(slapd_server, ca_certificates=strange_authority.read_text())), slapd_server)
    assert identify(company(**mode(slapd_server)), slapd_server) == "ada"


def relabelled(slapd_server, uri):
    # Reaches the same server under an address that its certificate does not name.
    return uri.replace("127.0.0.1", "127.0.0.2")


@pytest.fixture
def everywhere(monkeypatch):
    """Leads connections for 127.0.0.2 to where the directory listens, as a forged DNS answer would."""
    real = lookup.connections.socket.create_connection

    def create_connection(address, *arguments, **options):
        return real(("127.0.0.1", address[1]), *arguments, **options)

    monkeypatch.setattr(lookup.connections.socket, "create_connection", create_connection)


@pytest.mark.parametrize("mode", [ldaps, starttls])
def test_a_certificate_for_another_host_is_refused(company, slapd_server, everywhere, mode):
    values = mode(slapd_server)
    values["uris"] = [relabelled(slapd_server, uri) for uri in values.get("uris", [slapd_server.uri])]
    with pytest.raises(DirectorySilent, match=r"certificate is not to be trusted: .*127\.0\.0\.2"):
        identify(company(**values), slapd_server)


def test_libldap_checks_the_host_for_itself(company, slapd_server, monkeypatch):
    monkeypatch.setattr(lookup.connections, "probe", lambda server, uri: None)
    # "localhost" is in the certificate, but libldap looks for the machine's own name in its place.
    values = ldaps(slapd_server)
    values["uris"] = [slapd_server.secure_uri.replace("127.0.0.1", "localhost")]
    with pytest.raises(DirectorySilent):
        identify(company(**values), slapd_server)


def test_a_good_authority_at_one_server_is_worth_nothing_at_the_next(
    company, slapd_server, strange_authority
):
    good = company(**ldaps(slapd_server))
    bad = company(**ldaps(slapd_server, ca_certificates=strange_authority.read_text()))
    assert identify(good, slapd_server) == "ada"
    with pytest.raises(DirectorySilent):
        identify(bad, slapd_server)
    assert identify(good, slapd_server) == "ada"


def test_without_tls_a_directory_that_offers_it_still_answers(company, slapd_server):
    assert identify(company(), slapd_server) == "ada"
