"""The directory of the demonstration: a small company whose people sign in to the portal."""

from pathlib import Path

from cloudportal.demo.place import Place
from cloudportal.demo.processes import Supervisor
from deploy.services import slapd
from deploy.services.slapd import Slapd

ENTRIES = Path(slapd.__file__).parent / "schemas" / "people.ldif"
SUFFIX = "dc=example,dc=org"
PORTAL_ACCOUNT = f"cn=portal,ou=services,{SUFFIX}"


def person(uid: str) -> str:
    """The distinguished name of one of the people."""
    return f"uid={uid},ou=people,{SUFFIX}"


def start(place: Place, supervisor: Supervisor, uids: list[str]) -> Slapd:
    """Start the directory afresh, these people with the passwords that they had before. Raises NotStarted."""
    passwords = {person(uid): place.password(uid) for uid in uids}
    passwords[PORTAL_ACCOUNT] = place.password("directory account")
    running = slapd.start(
        place.directory / "directory",
        ENTRIES.read_text(),
        passwords=passwords,
        ports=(place.ports["directory"], place.ports["directory_tls"]),
    )
    supervisor.add_daemon(running.daemon)
    return running
