"""Directories for tests: people and groups as LDIF, and the rows that describe a server to the portal."""

from pathlib import Path

from tenants.models import DirectoryServer
from tenants.services import directories, directory_mappings
from tenants.services.directory_mappings import MappingValues
from tenants.services.directory_values import ServerValues
from tests.support import factories

SUFFIX = "dc=example,dc=org"
PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"
PORTAL = f"cn=portal,ou=services,{SUFFIX}"


def dn_of(username):
    """The entry of one of the small company's people."""
    return f"uid={username},{PEOPLE}"


def group(name):
    """One of its groups."""
    return f"cn={name},{GROUPS}"


def server_values(**values):
    """What describes an LDAP server that nobody asks."""
    given = {
        "name": "Company directory",
        "uris": ["ldap://127.0.0.1:9"],
        "tls_mode": DirectoryServer.PLAIN,
        "timeout_seconds": 1,
        "bind_dn": PORTAL,
        "bind_password": "never shown",
        "user_base": PEOPLE,
        "user_filter": "(&(objectClass=inetOrgPerson)(uid={username}))",
        "group_base": GROUPS,
    }
    return ServerValues(**{**given, **values})


def make_server(domain=None, **values):
    """A directory of the domain, made through the service as root."""
    root = factories.caller(factories.make_root_admin())
    return directories.create(root, domain or factories.make_domain(), server_values(**values))


def real_values(slapd, **values):
    """What describes this running server, plain and with the portal's own bind."""
    given = {"uris": [slapd.uri], "bind_password": slapd.passwords[PORTAL], "timeout_seconds": 3}
    return {**given, **values}


def map_group(server, group_dn, role="User", account_name="{username}", **values):
    """Members of the group come in, each with an account of their own unless told otherwise."""
    root = factories.caller(factories.make_root_admin())
    if "account_uuid" not in values:
        values = {"role_uuid": factories.role_named(role).uuid, "account_name": account_name, **values}
    return directory_mappings.create(root, server, MappingValues(group_dn=group_dn, **values))


def authority_of(slapd):
    """The certificate that the server's own is signed with, in PEM form."""
    return Path(slapd.authority).read_text()
