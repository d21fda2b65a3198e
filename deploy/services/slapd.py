"""A private OpenLDAP directory with TLS, membership kept in both directions, and people in it."""

import base64
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.commands import Refused, feed
from deploy.services import certificates, daemon
from deploy.services.daemon import Daemon

# Not by name: libldap compares the certificate of "localhost" with the machine's own name instead.
HOST = "127.0.0.1"
PROGRAM = "/usr/sbin/slapd"
SCHEMAS = Path("/etc/ldap/schema")
ACCOUNT_SCHEMA = Path(__file__).parent / "schemas" / "accounts.ldif"

# An account that binds with an empty password succeeds as nobody, as Active Directory allows it by default
# (RFC 4513, 5.1.2): a portal that lets an empty password through is found out here.
CONFIGURATION = """\
dn: cn=config
objectClass: olcGlobal
cn: config
olcAllows: bind_anon_dn
olcTLSCACertificateFile: {authority}
olcTLSCertificateFile: {certificate}
olcTLSCertificateKeyFile: {key}

dn: cn=module{{0}},cn=config
objectClass: olcModuleList
cn: module{{0}}
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
olcModuleLoad: memberof
olcModuleLoad: refint

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file://{schemas}/core.ldif
include: file://{schemas}/cosine.ldif
include: file://{schemas}/inetorgperson.ldif
include: file://{account_schema}

dn: olcDatabase={{1}}mdb,cn=config
objectClass: olcMdbConfig
olcDatabase: mdb
olcSuffix: {suffix}
olcRootDN: {administrator}
olcDbDirectory: {data}
olcDbMaxSize: 104857600
olcDbIndex: objectClass eq
olcDbIndex: uid eq
olcDbIndex: member eq
olcAccess: to attrs=userPassword by anonymous auth by self write by * none
olcAccess: to * by users read by * none

dn: olcOverlay=memberof,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcMemberOf
olcOverlay: memberof

dn: olcOverlay=refint,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcRefintConfig
olcOverlay: refint
olcRefintAttribute: member memberof
"""


@dataclass(frozen=True)
class Slapd:
    """A running directory. `passwords` are those of the entries that have one, by distinguished name."""

    daemon: Daemon
    suffix: str
    port: int
    secure_port: int
    authority: Path
    passwords: Mapping[str, str]
    local: Path

    @property
    def uri(self) -> str:
        """Without TLS; StartTLS is offered."""
        return f"ldap://{HOST}:{self.port}"

    @property
    def secure_uri(self) -> str:
        return f"ldaps://{HOST}:{self.secure_port}"

    @property
    def local_uri(self) -> str:
        """A socket that makes whoever started the directory its administrator, without a password."""
        return _local_uri(self.local)


def start(
    directory: Path,
    entries: str,
    *,
    passwords: Mapping[str, str] | None = None,
    ports: tuple[int, int] | None = None,
) -> Slapd:
    """Start an empty directory, put `entries` (LDIF, the suffix first) into it, and return when it answers.

    What an earlier one left in its files is removed first.
    Every entry that is a person or a service gets its password from `passwords`, or a new one. `ports` are those
    for plain and for TLS connections. Raises NotStarted, or Refused when the entries do not fit.
    """
    suffix = _distinguished_names(entries)[0]
    known = {name: secrets.token_urlsafe(12) for name in _accounts(entries)} | dict(passwords or {})
    plain, secure = ports or (daemon.free_port(), daemon.free_port())
    local = directory / "ldapi"
    shutil.rmtree(directory, ignore_errors=True)
    authority = certificates.make_authority(directory / "tls", "Throw-away directory authority")
    _write_configuration(directory, suffix, authority)
    addresses = f"ldap://{HOST}:{plain}/ ldaps://{HOST}:{secure}/ {_local_uri(local)}"
    running = daemon.start(
        "slapd",
        [PROGRAM, "-d", "none", "-h", addresses, "-F", str(directory / "configuration")],
        log=directory / "slapd.log",
        ready=lambda: daemon.listens(plain) and local.exists(),
    )
    slapd = Slapd(running, suffix, plain, secure, authority.certificate, known, local)
    try:
        add(slapd, entries)
    except Refused:
        stop(slapd)
        raise
    return slapd


def add(slapd: Slapd, entries: str) -> None:
    """Add entries, each with its password if it has one; they may bring an entryUUID of their own. Raises Refused."""
    # Without the Relax Rules control the directory gives out entryUUID itself and takes none.
    _as_administrator(slapd, ["ldapadd", "-e", "relax"], _with_passwords(entries, slapd.passwords))


def change(slapd: Slapd, changes: str) -> None:
    """Apply LDIF change records. Raises Refused."""
    _as_administrator(slapd, ["ldapmodify"], changes)


def stop(slapd: Slapd) -> None:
    """End the directory. Its files stay where they are. May be called again."""
    daemon.stop(slapd.daemon)


def _as_administrator(slapd: Slapd, command: Sequence[str], ldif: str) -> None:
    feed([*command, "-Q", "-Y", "EXTERNAL", "-H", slapd.local_uri], ldif)


def _write_configuration(directory: Path, suffix: str, authority: certificates.Certificate) -> None:
    certificate = certificates.issue(authority, directory / "tls")
    data, configuration = directory / "data", directory / "configuration"
    for made in (data, configuration):
        made.mkdir(parents=True)
    text = CONFIGURATION.format(
        authority=authority.certificate,
        certificate=certificate.certificate,
        key=certificate.key,
        schemas=SCHEMAS,
        account_schema=ACCOUNT_SCHEMA,
        suffix=suffix,
        # Whoever comes through the socket as the user that runs the directory (slapd's manual, SASL/EXTERNAL).
        administrator=f"gidNumber={os.getgid()}+uidNumber={os.getuid()},cn=peercred,cn=external,cn=auth",
        data=data,
    )
    feed(["/usr/sbin/slapadd", "-n", "0", "-F", str(configuration), "-q"], text)


def _with_passwords(entries: str, passwords: Mapping[str, str]) -> str:
    blocks = []
    for block in re.split(r"\n{2,}", entries.strip()):
        names = _distinguished_names(block)
        password = passwords.get(names[0]) if names else None
        blocks.append(f"{block}\nuserPassword: {_hashed(password)}" if password else block)
    return "\n\n".join(blocks) + "\n"


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(8)
    digest = hashlib.sha1(password.encode() + salt, usedforsecurity=False).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def _distinguished_names(entries: str) -> list[str]:
    return re.findall(r"^dn: *(\S.*)$", entries, re.MULTILINE)


def _accounts(entries: str) -> list[str]:
    return [
        name
        for block in re.split(r"\n{2,}", entries)
        if re.search(r"^objectClass: (inetOrgPerson|simpleSecurityObject)$", block, re.MULTILINE)
        for name in _distinguished_names(block)
    ]


def _local_uri(path: Path) -> str:
    return f"ldapi://{quote(str(path), safe='')}"
