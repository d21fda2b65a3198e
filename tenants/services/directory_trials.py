"""Trying a sign-in at a directory, for administrators who set one up."""

from django.views.decorators.debug import sensitive_variables

from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from tenants import credential_actions as actions
from tenants import throttling
from tenants.directory import groups, trials
from tenants.directory.people import Person
from tenants.directory.trials import Finding, Trial
from tenants.models import DirectoryServer
from tenants.services import admissions, dominance
from tenants.throttling import Attempt

TRIALS = "trials"


@sensitive_variables("password")
def try_sign_in(caller: Caller, server: DirectoryServer, username: str, password: str) -> list[Finding]:
    """What each step of a sign-in shows: connect, bind, search, password, entry, groups, mapping.

    Nothing is made and nobody is signed in. Refused passwords are counted as at sign-in, so that this is no way to
    guess them. Raises NotFound, NotPermitted and TooManyRequests.
    """
    actions.refuse_tokens(caller)
    actions.TEST_DIRECTORY.permit(caller)
    dominance.require_reach(caller, server, server.domain)
    attempt = Attempt(TRIALS, f"{server.pk}\n{username.strip().lower()}")
    counted = throttling.request_from(caller.source_address)
    throttling.require_room(counted, attempt)
    trial = trials.run(server, username.strip(), password)
    if trial.is_refused:
        throttling.count_failure(counted, attempt)
    if trial.person is not None:
        _tell_mapping(trial, server, trial.person)
    return trial.findings


def _tell_mapping(trial: Trial, server: DirectoryServer, person: Person) -> None:
    mapping = admissions.mapping_of(server, person)
    if mapping is None:
        trial.say("mapping", "None of their groups is mapped, so they cannot come in.", is_good=False)
        return
    group = groups.first_name_of(mapping.group_dn)
    try:
        name = mapping.account.name if mapping.account else admissions.account_name_of(mapping, person)
    except PortalError as refusal:
        trial.say("mapping", f"Their user name cannot be used here. {refusal.detail}", is_good=False)
        return
    role = (mapping.account or mapping).role
    with_role = f" with the role {role.name}" if role else ""
    trial.say(
        "mapping", f"The group {group} leads to the account {name} in {mapping.domain.name}{with_role}."
    )
