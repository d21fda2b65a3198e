"""The authentication backend for passwords that live in a directory."""

import logging
import secrets
from typing import Any

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from cloudportal.events import alerts
from cloudportal.events.records import About
from tenants.authentication import LocalPasswords
from tenants.directory import lookup
from tenants.directory.faults import ALERT, DirectorySilent, DisabledThere, NotThem
from tenants.models import DirectoryServer, Domain, User
from tenants.queries.sign_in import directories_asked_at
from tenants.services import admissions
from tenants.throttling import PEOPLE, Attempt

log = logging.getLogger(__name__)


class DirectoryPasswords(LocalPasswords):
    """Asks the directories of the domain, one after the other, and lets in whom one of them vouches for."""

    @sensitive_variables("password")
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        domain: Domain | None = None,
        attempt: Attempt | None = None,
        **_: Any,
    ) -> User | None:
        """The user that the directory's person is here, or None. What went wrong is collected in `attempt`."""
        if not username or not password or lookup.is_blank(password) or domain is None:
            return None
        attempt = attempt or Attempt(PEOPLE, username)
        if User.objects.filter(domain=domain, username=username.lower(), source="local").exists():
            # Asked all the same, with a password that is nobody's: else the answer's time and words would tell
            # who is a local user. What they typed is no business of the directory's.
            password = secrets.token_urlsafe(24)
        for server in directories_asked_at(domain):
            user = _user_from(server, username, password, domain, attempt)
            if user is not None:
                return user
        return None


@sensitive_variables("password")
def _user_from(
    server: DirectoryServer, username: str, password: str, domain: Domain, attempt: Attempt
) -> User | None:
    try:
        person = lookup.identify(server, username, password)
        user = admissions.admit(server, person, domain)
    except DirectorySilent as fault:
        attempt.silent.append(server.name)
        _tell_operators(server, str(fault))
        return None
    except (NotThem, admissions.NotAdmitted) as refusal:
        attempt.reasons.append(f"{server.name}: {refusal}")
        if isinstance(refusal, DisabledThere):
            admissions.dismiss(server, refusal.dn)
        user = None
    # It answered, whatever it said.
    alerts.clear_alert(ALERT, str(server.uuid))
    return user


def _tell_operators(server: DirectoryServer, detail: str) -> None:
    log.warning("%s", detail)
    sentence = f"The directory {server.name} could not be asked, so people from it cannot sign in."
    alerts.raise_alert(ALERT, str(server.uuid), sentence, about=About.of(server), detail=detail)
