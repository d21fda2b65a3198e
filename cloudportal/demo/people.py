"""The directory of the demonstration: a small company whose people sign in to the portal."""

import re
import shutil
import uuid
from pathlib import Path

from cloudportal.demo.personas import OF_DIRECTORY
from cloudportal.demo.place import Place
from cloudportal.demo.processes import Supervisor
from deploy.services import slapd
from deploy.services.slapd import Slapd

ENTRIES = Path(slapd.__file__).parent / "schemas" / "people.ldif"
SUFFIX = "dc=example,dc=org"
PORTAL_ACCOUNT = f"cn=portal,ou=services,{SUFFIX}"


def obstacle() -> str:
    """Why no directory can run here, in a few words; empty when one can."""
    is_here = Path(slapd.PROGRAM).exists() and shutil.which("ldapadd")
    return "" if is_here else "OpenLDAP cannot be found"


def person(uid: str) -> str:
    """The distinguished name of one of the people."""
    return f"uid={uid},ou=people,{SUFFIX}"


def group(name: str) -> str:
    """The distinguished name of one of the groups."""
    return f"cn={name},ou=groups,{SUFFIX}"


def start(place: Place, supervisor: Supervisor) -> Slapd:
    """Start the directory afresh, our people with the passwords that they had before. Raises NotStarted."""
    passwords = {person(uid): place.password(uid) for uid in OF_DIRECTORY}
    passwords[PORTAL_ACCOUNT] = place.password("directory account")
    running = slapd.start(
        place.directory / "directory",
        with_lasting_ids(ENTRIES.read_text()),
        passwords=passwords,
        ports=(place.ports["directory"], place.ports["directory_tls"]),
    )
    supervisor.add_daemon(running.daemon)
    return running


def with_lasting_ids(entries: str) -> str:
    """The same LDIF with an entryUUID for each entry, made from its name: by it the portal knows people again."""

    def identified(line: re.Match[str]) -> str:
        return f"{line[0]}\nentryUUID: {uuid.uuid5(uuid.NAMESPACE_X500, line[1])}"

    return re.sub(r"^dn: *(\S.*)$", identified, entries, flags=re.MULTILINE)
