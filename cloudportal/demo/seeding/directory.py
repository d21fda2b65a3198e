"""The company's directory as the portal knows it, and what its groups mean here."""

from dataclasses import dataclass

from cloudportal.core.caller import Caller
from cloudportal.demo import people
from cloudportal.demo.seeding.companies import Companies, role_named
from deploy.services.slapd import Slapd
from tenants.models import DirectoryServer, Domain
from tenants.queries import credentials as queries
from tenants.services import directories, directory_mappings
from tenants.services.directory_mappings import MappingValues
from tenants.services.directory_values import ServerValues

NAME = "People of acme"


@dataclass(frozen=True)
class Mapped:
    """A group of the directory, and where its members find themselves."""

    group: str
    domain: Domain
    account: str
    role: str


def ensure_directory(caller: Caller, companies: Companies, slapd: Slapd) -> DirectoryServer:
    """The directory with today's address and certificates, and its groups mapped. May be called again."""
    values = _values(slapd)
    server = queries.directory_servers_for(caller).filter(domain=companies.acme, name=NAME).first()
    if server is None:
        server = directories.create(caller, companies.acme, values)
    else:
        server = directories.update(caller, server, values)
    for mapped in _mappings(companies):
        _ensure_mapping(caller, server, mapped)
    return server


def _values(slapd: Slapd) -> ServerValues:
    return ServerValues(
        name=NAME,
        uris=(slapd.secure_uri,),
        tls_mode=DirectoryServer.LDAPS,
        ca_certificates=slapd.authority.read_text(),
        bind_dn=people.PORTAL_ACCOUNT,
        bind_password=slapd.passwords[people.PORTAL_ACCOUNT],
        user_base=f"ou=people,{people.SUFFIX}",
        group_base=f"ou=groups,{people.SUFFIX}",
    )


def _mappings(companies: Companies) -> tuple[Mapped, ...]:
    """In order of precedence: who is in several groups belongs to the first of them."""
    return (
        Mapped("cloud-admins", companies.acme, "{group}", "Domain Admin"),
        Mapped("engineering", companies.acme, "{group}", "User"),
        Mapped("research", companies.research, "{group}", "User"),
    )


def _ensure_mapping(caller: Caller, server: DirectoryServer, mapped: Mapped) -> None:
    group_dn = people.group(mapped.group)
    if queries.group_mappings_for(caller).filter(server=server, group_dn=group_dn).exists():
        return
    values = MappingValues(
        group_dn=group_dn,
        account_name=mapped.account,
        role_uuid=role_named(caller, mapped.role).uuid,
        domain_uuid=mapped.domain.uuid,
    )
    directory_mappings.create(caller, server, values)
