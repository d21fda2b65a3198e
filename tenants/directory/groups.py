"""Groups of a directory: how each kind lists its members, and when two names mean the same group."""

import ldap
import ldap.dn
from django_auth_ldap import config
from django_auth_ldap.config import LDAPGroupType, LDAPSearch, MemberDNGroupType

from tenants.models import DirectoryServer

# LDAP_MATCHING_RULE_IN_CHAIN (MS-ADTS 3.1.1.3.4.4.3): Active Directory walks the nesting itself.
IN_CHAIN_RULE = "1.2.840.113556.1.4.1941"

_CLASSES = {
    "groupOfNames": "groupOfNames",
    "groupOfUniqueNames": "groupOfUniqueNames",
    "posixGroup": "posixGroup",
    "activeDirectory": "group",
}
_FLAT: dict[str, type[LDAPGroupType]] = {
    "groupOfNames": config.GroupOfNamesType,
    "groupOfUniqueNames": config.GroupOfUniqueNamesType,
    "posixGroup": config.PosixGroupType,
    "activeDirectory": config.ActiveDirectoryGroupType,
}
_WALKED: dict[str, type[LDAPGroupType]] = {
    "groupOfNames": config.NestedGroupOfNamesType,
    "groupOfUniqueNames": config.NestedGroupOfUniqueNamesType,
    "activeDirectory": config.NestedActiveDirectoryGroupType,
}


class InChainGroupType(MemberDNGroupType):
    """Groups of Active Directory with everything that is nested in them, in one search."""

    def __init__(self, name_attr: str = "cn") -> None:
        super().__init__(f"member:{IN_CHAIN_RULE}:", name_attr)


def group_type(server: DirectoryServer) -> LDAPGroupType:
    """How the server's groups are read. Posix groups list names and cannot be nested."""
    if server.group_nesting == DirectoryServer.IN_CHAIN:
        return InChainGroupType()
    kinds = _WALKED if server.group_nesting == DirectoryServer.WALKED else _FLAT
    return kinds.get(server.group_kind, _FLAT[server.group_kind])()


def group_search(server: DirectoryServer) -> LDAPSearch:
    """All groups of the server's kind below its base. Their members are not fetched: there may be thousands."""
    condition = f"(objectClass={_CLASSES[server.group_kind]})"
    return LDAPSearch(server.group_base, ldap.SCOPE_SUBTREE, condition, ["1.1"])


def normal_dn(text: str) -> str:
    """The one spelling that equal distinguished names share (RFC 4514, without regard to case).

    Raises ValueError for what is none.
    """
    try:
        parts = ldap.dn.str2dn(text)
    except ldap.LDAPError as error:
        raise ValueError("This is not a distinguished name.") from error
    if not parts:
        raise ValueError("This is not a distinguished name.")
    return ldap.dn.dn2str(
        [
            sorted((name.lower(), " ".join(value.lower().split()), 1) for name, value, _ in part)
            for part in parts
        ]
    )


def first_name_of(group_dn: str) -> str:
    """What a group is called by: the value at the front of its distinguished name."""
    value: str = ldap.dn.str2dn(group_dn)[0][0][1]
    return value
