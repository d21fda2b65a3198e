"""How a server's row becomes what django-auth-ldap works from, and what never reaches a bind."""

import ldap
import pytest

from cloudportal.core.secrets import Secret
from tenants.directory import connections, lookup
from tenants.directory.faults import DirectorySilent, NotThem
from tenants.directory.lookup import Directory, ServerSettings, is_blank
from tenants.models import DirectoryServer


def server_with(**values):
    given = {
        "name": "Company directory",
        "uris": ["ldap://127.0.0.1:9"],
        "tls_mode": "none",
        "bind_dn": "cn=portal,dc=x",
        "bind_password": Secret("bind-secret"),
        "user_base": "dc=x",
        "group_base": "dc=x",
        "attributes": {"username": "uid"},
    }
    return DirectoryServer(**{**given, **values})


class Connection:
    """A directory in a few lines: binds with known passwords, finds one entry."""

    def __init__(self, passwords=None, entry=None, failure=None):
        self.passwords = passwords or {"cn=portal,dc=x": "bind-secret", "uid=ada,dc=x": "right"}
        self.entry = entry or ("uid=ada,dc=x", {"uid": [b"ada"]})
        self.failure = failure
        self.binds = []
        self.filters = []
        self.is_open = True

    def simple_bind_s(self, dn, password):
        self.binds.append(dn)
        if self.failure:
            raise self.failure
        if self.passwords.get(dn) != password:
            raise ldap.INVALID_CREDENTIALS({"desc": "Invalid credentials"})

    def search_s(self, base, scope, condition, attributes):
        self.filters.append(condition)
        return [self.entry] if scope == ldap.SCOPE_BASE or "objectClass=group" not in condition else []

    def unbind_s(self):
        self.is_open = False


@pytest.fixture
def connect(monkeypatch):
    """Puts these connections behind the server's addresses, one after the other."""

    def put(*answers):
        left = list(answers)

        def open_connection(server, uri):
            answer = left.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(connections, "open_connection", open_connection)
        return left

    return put


def test_search_mode_binds_as_the_portal_then_as_the_person_then_as_the_portal(connect):
    connection = Connection()
    connect(connection)
    person = lookup.identify(server_with(), "ada", "right")
    assert person.username == "ada"
    assert connection.binds == ["cn=portal,dc=x", "uid=ada,dc=x", "cn=portal,dc=x"]
    assert not connection.is_open


def test_direct_mode_binds_as_the_person_alone(connect):
    connection = Connection()
    connect(connection)
    lookup.identify(server_with(bind_mode="direct", user_dn_template="uid={username},dc=x"), "ada", "right")
    assert connection.binds == ["uid=ada,dc=x"] * len(connection.binds)


def test_a_wrong_password_is_not_them(connect):
    connect(Connection())
    with pytest.raises(NotThem):
        lookup.identify(server_with(), "ada", "wrong")


@pytest.mark.parametrize("password", ["", " ", "\t\n", "\0", "\0abc", "abc\0", "\u00a0\u2003"])
@pytest.mark.parametrize("mode", ["search", "direct"])
def test_an_empty_password_never_reaches_a_bind(connect, password, mode):
    left = connect(Connection())
    assert is_blank(password)
    with pytest.raises(NotThem):
        lookup.identify(server_with(bind_mode=mode, user_dn_template="uid={username},dc=x"), "ada", password)
    assert len(left) == 1


def test_names_are_escaped_in_filters(connect):
    connection = Connection()
    connect(connection)
    server = server_with(user_filter="(&(objectClass=person)(uid={username}))")
    lookup.identify(server, "*)(uid=*\\\0", "right")
    assert connection.filters[0] == r"(&(objectClass=person)(uid=\2a\29\28uid=\2a\5c\00))"


def test_names_are_escaped_in_templates(connect):
    connection = Connection(passwords={})
    connect(connection)
    server = server_with(bind_mode="direct", user_dn_template="uid={username},dc=x")
    with pytest.raises(NotThem):
        lookup.identify(server, "ada,ou=admins+cn=x", "right")
    assert connection.binds == [r"uid=ada\,ou\=admins\+cn\=x,dc=x"]


def test_percent_signs_in_the_settings_are_only_percent_signs():
    server = server_with(user_filter="(&(ou=100%(s)s)(uid={username}))")
    assert ServerSettings(server).USER_SEARCH.filterstr % {"user": "ada"} == "(&(ou=100%(s)s)(uid=ada))"


def test_the_next_address_is_tried_when_one_does_not_answer(connect):
    good = Connection()
    connect(connections.Unusable("gone"), Connection(failure=ldap.SERVER_DOWN()), good)
    server = server_with(uris=["ldap://a", "ldap://b", "ldap://c"])
    assert lookup.identify(server, "ada", "right").username == "ada"
    assert good.binds


def test_a_refused_password_is_not_tried_at_the_next_address(connect):
    left = connect(Connection(), Connection())
    with pytest.raises(NotThem):
        lookup.identify(server_with(uris=["ldap://a", "ldap://b"]), "ada", "wrong")
    assert len(left) == 1


def test_no_answer_anywhere_is_silence(connect):
    connect(connections.Unusable("ldap://a: no answer"), Connection(failure=ldap.TIMEOUT()))
    with pytest.raises(DirectorySilent, match="ldap://a: no answer; ldap://b: timeout"):
        lookup.identify(server_with(uris=["ldap://a", "ldap://b"]), "ada", "right")


def test_a_directory_that_refuses_the_portal_itself_is_silent_and_not_a_wrong_password(connect):
    connect(Connection(passwords={"uid=ada,dc=x": "right"}))
    with pytest.raises(DirectorySilent, match="Invalid credentials"):
        lookup.identify(server_with(), "ada", "right")


@pytest.mark.parametrize("failure", [ldap.SERVER_DOWN, ldap.OPERATIONS_ERROR, ldap.INSUFFICIENT_ACCESS])
def test_a_search_that_fails_is_silence(connect, failure):
    connection = Connection()

    def search_s(*_):
        raise failure({"desc": "Something broke"})

    connection.search_s = search_s
    connect(connection)
    with pytest.raises(DirectorySilent, match="Something broke"):
        lookup.identify(server_with(), "ada", "right")
    assert not connection.is_open


def test_a_disabled_entry_is_not_them_and_is_named(connect):
    connect(Connection(entry=("uid=ada,dc=x", {"uid": [b"ada"], "userAccountControl": [b"514"]})))
    with pytest.raises(NotThem, match="disabled uid=ada,dc=x"):
        lookup.identify(server_with(), "ada", "right")


def test_what_is_asked_for_is_what_is_needed():
    asked = ServerSettings(server_with(disabled_attribute="accountStatus")).USER_ATTRLIST
    assert {"uid", "entryUUID", "objectGUID", "userAccountControl", "accountStatus"} <= set(asked)
    assert "*" not in asked


def test_the_bind_password_does_not_print():
    server = server_with()
    settings = ServerSettings(server)
    backend = Directory(server)
    told = repr(vars(settings)) + str(vars(settings)) + repr(vars(server)) + repr(server) + repr(backend)
    assert "bind-secret" not in told
