"""Asking one directory server whether a name and a password belong together, and who that is."""

from typing import Any

import ldap
from django.views.decorators.debug import sensitive_variables
from django_auth_ldap.backend import LDAPBackend, _LDAPUser
from django_auth_ldap.config import LDAPSearch, LDAPSettings

from tenants.directory import connections, groups, people, standing
from tenants.directory.faults import DirectorySilent, DisabledThere, NotThem
from tenants.directory.people import Person
from tenants.models import DirectoryServer

# What servers say to a bind that they understood and will not grant. Anything else is no answer about the person.
REFUSED_BINDS = (
    ldap.INVALID_CREDENTIALS,
    ldap.INAPPROPRIATE_AUTH,
    ldap.INSUFFICIENT_ACCESS,
    ldap.CONSTRAINT_VIOLATION,
    ldap.UNWILLING_TO_PERFORM,
    ldap.INVALID_DN_SYNTAX,
    ldap.NO_SUCH_OBJECT,
)


@sensitive_variables("password")
def identify(server: DirectoryServer, username: str, password: str) -> Person:
    """Who signs in at this server with this name and password.

    Talks to the directory, so no transaction may be open. Raises NotThem when it does not let them in, and
    DirectorySilent when it could not be asked.
    """
    return Directory(server).identify(username, password)


def is_blank(password: str) -> bool:
    """True for what must never reach a bind: LDAP takes an empty password for a wish to be nobody, and succeeds
    (RFC 4513, 5.1.2; CVE-2014-7807). A null byte ends a text for some servers, which makes it as empty.
    """
    return not password.strip() or "\0" in password


class ServerSettings(LDAPSettings):
    """One server's row as the settings that django-auth-ldap works from; nothing comes from Django's own."""

    def __init__(self, server: DirectoryServer) -> None:
        super().__init__(prefix="NEVER_IN_DJANGO_SETTINGS_")
        is_direct = server.bind_mode == DirectoryServer.DIRECT
        self.BIND_DN = server.bind_dn
        self.BIND_PASSWORD = server.bind_password
        self.BIND_AS_AUTHENTICATING_USER = is_direct
        self.USER_DN_TEMPLATE = _template(server.user_dn_template) if is_direct else None
        # A name to bind with need not be the entry's own (user@corp.example at Active Directory).
        self.REFRESH_DN_ON_BIND = is_direct and bool(server.user_base)
        self.USER_SEARCH = LDAPSearch(
            server.user_base, ldap.SCOPE_SUBTREE, _template(server.user_filter), ["1.1"]
        )
        self.USER_ATTRLIST = _attributes_asked_for(server)
        self.GROUP_TYPE = groups.group_type(server)
        self.GROUP_SEARCH = groups.group_search(server)
        self.PERMIT_EMPTY_PASSWORD = False


class Directory(LDAPBackend):
    """django-auth-ldap's backend for one server. It keeps nothing between two people."""

    def __init__(self, server: DirectoryServer) -> None:
        self.server = server
        self.settings = ServerSettings(server)

    @sensitive_variables("password")
    def identify(self, username: str, password: str) -> Person:
        """As the function of this name."""
        if is_blank(password):
            raise NotThem("The password is empty.")
        entry = Entry(self, username=username)
        try:
            return entry.authenticate(password)
        except Entry.AuthenticationFailed as refusal:
            raise NotThem(str(refusal)) from None
        except ldap.LDAPError as error:
            sentence = f"The directory {self.server.name} failed: {connections.words_of(error)}."
            raise DirectorySilent(sentence) from error
        finally:
            entry.close()


class Entry(_LDAPUser):
    """Somebody's entry while they sign in: searched, bound, read afresh, and let go."""

    backend: Directory
    _connection: Any = None

    @sensitive_variables("password")
    def authenticate(self, password: str) -> Person:
        """The person, once the directory took their password and says that they may sign in.

        Raises AuthenticationFailed, LDAPError or DirectorySilent: the library would log and forget the last two.
        """
        self._authenticate_user_dn(password)
        self._check_requirements()
        return self.person()

    def person(self) -> Person:
        """What the entry and its groups say. Raises AuthenticationFailed for an entry without a name."""
        names = self.backend.server.attributes
        found = people.person_of(
            self.dn, self._username, self.attrs, names, map(groups.normal_dn, self.group_dns)
        )
        if found is None:
            wanted = names.get("username", "uid")
            raise self.AuthenticationFailed(f"The entry {self.dn} has no {wanted}.")
        return found

    def close(self) -> None:
        """Lets the connection go. May be called again."""
        connection, self._connection, self._connection_bound = self._connection, None, False
        if connection is not None:
            try:
                connection.unbind_s()
            except ldap.LDAPError:
                return

    @sensitive_variables("password")
    def _authenticate_user_dn(self, password: str) -> None:
        if not self.dn:
            raise self.AuthenticationFailed("No entry, or more than one, has this name.")
        try:
            super()._authenticate_user_dn(password)
        except REFUSED_BINDS as error:
            words = connections.words_of(error)
            raise self.AuthenticationFailed(f"The directory refused the password: {words}.") from None
        if self._user_dn is None:
            raise self.AuthenticationFailed("No entry, or more than one, was found after the bind.")
        # Read again as it is now: a successful bind may have lifted a lock that was over.
        self._user_attrs = None

    def _check_requirements(self) -> None:
        server = self.backend.server
        if not self.dn or self.attrs is None:
            raise self.AuthenticationFailed("The entry cannot be read.")
        culprit = standing.disabled_by(
            self.attrs,
            attribute=server.disabled_attribute,
            rule=server.disabled_rule,
            absent=server.is_absence_disabled,
        )
        if culprit:
            raise DisabledThere(self.dn, culprit)

    def _search_for_user_dn(self) -> str | None:
        found = list(self.settings.USER_SEARCH.execute(self.connection, {"user": self._username}))
        return found[0][0] if len(found) == 1 else None

    @sensitive_variables("bind_password")
    def _bind_as(self, bind_dn: str, bind_password: str, sticky: bool = False) -> None:
        if self._connection is not None:
            super()._bind_as(bind_dn, bind_password, sticky)
            return
        reasons = []
        for uri in self.backend.server.uris:
            try:
                self._connection = connections.open_connection(self.backend.server, uri)
                super()._bind_as(bind_dn, bind_password, sticky)
                return
            except connections.Unusable as fault:
                reasons.append(str(fault))
            except connections.UNREACHABLE as error:
                self.close()
                reasons.append(f"{uri}: {connections.words_of(error)}")
        raise DirectorySilent(
            f"The directory {self.backend.server.name} does not answer. {'; '.join(reasons)}"
        )

    def _get_connection(self) -> Any:
        return self._connection


def _template(text: str) -> str:
    return text.replace("%", "%%").replace("{username}", "%(user)s")


def _attributes_asked_for(server: DirectoryServer) -> list[str]:
    own = [server.disabled_attribute] if server.disabled_attribute else []
    # Posix groups name their members by uid, and a primary group by its number.
    posix = ["uid", "gidNumber"] if server.group_kind == "posixGroup" else []
    wanted = [*server.attributes.values(), *people.EXTERNAL_IDS, *standing.KNOWN, *own, *posix]
    return sorted({name for name in wanted if name})
