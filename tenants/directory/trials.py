"""Trying a sign-in step by step, and saying at each step what the directory answered."""

from collections.abc import Callable
from dataclasses import dataclass, field

import ldap
from django.views.decorators.debug import sensitive_variables

from tenants.directory import connections, groups
from tenants.directory.faults import DirectorySilent, NotThem
from tenants.directory.lookup import Directory, Entry, is_blank
from tenants.directory.people import Person
from tenants.models import DirectoryServer


@dataclass(frozen=True)
class Finding:
    """What one step showed, in a sentence for an administrator."""

    step: str
    is_good: bool
    sentence: str


@dataclass
class Trial:
    """The findings so far; `person` once the directory vouches for somebody, `is_refused` once it does not."""

    findings: list[Finding] = field(default_factory=list)
    person: Person | None = None
    is_refused: bool = False

    def say(self, step: str, sentence: str, *, is_good: bool = True) -> None:
        """Adds a finding."""
        self.findings.append(Finding(step, is_good, sentence))


@sensitive_variables("password")
def run(server: DirectoryServer, username: str, password: str) -> Trial:
    """Goes through a sign-in as far as it leads. Changes nothing, here or there; no transaction may be open."""
    trial = Trial()
    entry = Entry(Directory(server), username=username)
    try:
        _go_through(trial, server, entry, password)
    finally:
        entry.close()
    return trial


@sensitive_variables("password")
def _go_through(trial: Trial, server: DirectoryServer, entry: Entry, password: str) -> None:
    is_search = server.bind_mode == DirectoryServer.SEARCH
    if not _reach(trial, server) or (is_search and not _search(trial, server, entry)):
        return
    if is_blank(password):
        trial.say("password", "No password was given, so nobody can be signed in.", is_good=False)
        return
    if not _step(trial, "password", lambda: entry._authenticate_user_dn(password)):
        return
    trial.say("password", "The directory took the password.")
    if not _step(trial, "entry", entry._check_requirements):
        return
    trial.say("entry", f"The entry is {entry.dn}, and the directory has not disabled it.")
    if not _step(trial, "groups", lambda: _read(trial, entry)):
        return
    _tell_groups(trial)


def _reach(trial: Trial, server: DirectoryServer) -> bool:
    reached = 0
    for uri in server.uris:
        try:
            connections.probe(server, uri)
        except connections.Unusable as fault:
            trial.say("connect", f"{fault}.", is_good=False)
        else:
            reached += 1
            trial.say("connect", f"{uri} answers{_with_tls(server)}.")
    return reached > 0


def _with_tls(server: DirectoryServer) -> str:
    if server.tls_mode == DirectoryServer.PLAIN:
        return ", without TLS: passwords cross the network in clear"
    name = "StartTLS" if server.tls_mode == DirectoryServer.STARTTLS else "TLS"
    return f" with {name}, and its certificate is good"


def _search(trial: Trial, server: DirectoryServer, entry: Entry) -> bool:
    name = server.bind_dn or "nobody"
    if not _step(trial, "bind", lambda: entry.connection):
        return False
    trial.say("bind", f"The portal could bind as {name}.")
    if not _step(trial, "search", lambda: entry.dn):
        return False
    if not entry.dn:
        sentence = f"Below {server.user_base}, no entry or more than one matches {server.user_filter}."
        trial.say("search", sentence, is_good=False)
        return False
    trial.say("search", f"The search found {entry.dn}.")
    return True


def _read(trial: Trial, entry: Entry) -> None:
    trial.person = entry.person()


def _tell_groups(trial: Trial) -> None:
    names = sorted(trial.person.groups) if trial.person else []
    if not names:
        trial.say("groups", "They are in none of the groups that were searched.", is_good=False)
        return
    shown = ", ".join(groups.first_name_of(name) for name in names[:20])
    trial.say("groups", f"They are in {len(names)} groups: {shown}.")


def _step(trial: Trial, step: str, act: Callable[[], object]) -> bool:
    try:
        act()
    except (NotThem, Entry.AuthenticationFailed) as refusal:
        trial.is_refused = True
        trial.say(step, str(refusal), is_good=False)
    except DirectorySilent as fault:
        trial.say(step, str(fault), is_good=False)
    except ldap.LDAPError as error:
        trial.say(step, f"The directory answered: {connections.words_of(error)}.", is_good=False)
    else:
        return True
    return False
