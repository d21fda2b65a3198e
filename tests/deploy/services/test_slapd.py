import ldap
import pytest

from deploy.services import daemon

PORTAL = "cn=portal,ou=services,dc=example,dc=org"
ADA = "uid=ada,ou=people,dc=example,dc=org"


def connect(uri, authority, *, start_tls=False):
    connection = ldap.initialize(uri)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(authority))
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    if start_tls:
        connection.start_tls_s()
    return connection


def found(slapd, where, *attributes):
    connection = connect(slapd.uri, slapd.authority)
    connection.simple_bind_s(PORTAL, slapd.passwords[PORTAL])
    return connection.search_s(slapd.suffix, ldap.SCOPE_SUBTREE, where, attributes)


@pytest.mark.parametrize(("address", "start_tls"), [("uri", True), ("secure_uri", False)])
def test_people_sign_in_over_a_checked_connection(slapd_server, address, start_tls):
    connection = connect(getattr(slapd_server, address), slapd_server.authority, start_tls=start_tls)
    connection.simple_bind_s(ADA, slapd_server.passwords[ADA])
    assert connection.whoami_s() == f"dn:{ADA}"


def test_a_certificate_of_another_authority_is_noticed(slapd_server, strange_authority):
    with pytest.raises(ldap.SERVER_DOWN):
        connect(slapd_server.secure_uri, strange_authority).simple_bind_s(ADA, slapd_server.passwords[ADA])


def test_a_wrong_password_is_refused(slapd_server):
    with pytest.raises(ldap.INVALID_CREDENTIALS):
        connect(slapd_server.uri, slapd_server.authority).simple_bind_s(ADA, "wrong")


def test_an_empty_password_is_accepted_as_nobody(slapd_server):
    connection = connect(slapd_server.uri, slapd_server.authority)
    connection.simple_bind_s(ADA, "")
    assert connection.whoami_s() == ""


def test_nobody_searches_without_signing_in(slapd_server):
    connection = connect(slapd_server.uri, slapd_server.authority)
    with pytest.raises(ldap.NO_SUCH_OBJECT):
        connection.search_s(slapd_server.suffix, ldap.SCOPE_SUBTREE, "(uid=ada)")


def test_membership_is_known_from_both_ends(slapd_server):
    ((_, margaret),) = found(slapd_server, "(uid=margaret)", "memberOf")
    assert margaret["memberOf"] == [
        b"cn=engineering,ou=groups,dc=example,dc=org",
        b"cn=research,ou=groups,dc=example,dc=org",
    ]


def test_groups_are_members_of_groups(slapd_server):
    ((_, operators),) = found(slapd_server, "(cn=operators)", "memberOf")
    assert operators["memberOf"] == [b"cn=cloud-admins,ou=groups,dc=example,dc=org"]


@pytest.mark.parametrize(
    ("uid", "attribute", "value"),
    [
        ("left-boolean", "accountEnabled", b"FALSE"),
        ("left-bits", "userAccountControl", b"514"),
        ("left-text", "accountStatus", b"inactive"),
    ],
)
def test_people_who_left_are_marked_in_three_ways(slapd_server, uid, attribute, value):
    ((_, person),) = found(slapd_server, f"(uid={uid})", attribute)
    assert person[attribute] == [value]


def test_a_directory_can_go_down_and_another_come_up_in_its_place(start_slapd):
    first = start_slapd()
    daemon.stop(first.daemon)
    with pytest.raises(ldap.SERVER_DOWN):
        connect(first.uri, first.authority).simple_bind_s(ADA, first.passwords[ADA])
    second = start_slapd(ports=(first.port, first.secure_port), passwords=first.passwords)
    connect(first.uri, second.authority).simple_bind_s(ADA, first.passwords[ADA])
