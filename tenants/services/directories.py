"""Directory servers of a domain: adding, editing and removing them."""

from typing import Any

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from tenants import credential_actions as actions
from tenants.directory.faults import ALERT
from tenants.models import DirectoryServer, Domain, User
from tenants.services import access, dominance
from tenants.services.directory_values import ATTRIBUTES, ServerValues, apply

# Neither the certificates' length nor a secret belongs into an event.
_UNTOLD = {"bind_password", "ca_certificates"}


@transaction.atomic
def create(caller: Caller, domain: Domain, values: ServerValues) -> DirectoryServer:
    """A directory whose people can sign in at the domain once groups are mapped.

    Raises InvalidInput, NotFound and NotPermitted.
    """
    actions.refuse_tokens(caller)
    actions.CREATE_DIRECTORY.permit(caller)
    dominance.require_reach(caller, domain, domain)
    server = DirectoryServer(domain=domain, attributes=dict(ATTRIBUTES))
    names = apply(server, values)
    server.save(force_insert=True)
    sentence = f"Adds the directory {server.name} to {domain.name}."
    _record(caller, "LDAP.CREATE", server, sentence, after=_told(server, names))
    return server


@transaction.atomic
def update(caller: Caller, server: DirectoryServer, values: ServerValues) -> DirectoryServer:
    """Edits a directory. Whoever changes its addresses or its trust gives the bind password again.

    Raises InvalidInput, NotFound and NotPermitted.
    """
    actions.refuse_tokens(caller)
    actions.UPDATE_DIRECTORY.permit(caller)
    dominance.require_reach(caller, server, server.domain)
    before = {name: getattr(server, name) for name in vars(values)}
    names = apply(server, values)
    server.save(update_fields=names)
    _record(
        caller,
        "LDAP.UPDATE",
        server,
        f"Edits the directory {server.name}.",
        before={name: before[name] for name in names if name not in _UNTOLD},
        after=_told(server, names),
    )
    return server


@transaction.atomic
def delete(caller: Caller, server: DirectoryServer) -> None:
    """Removes a directory with its mappings and ends what its people still have here; their accounts stay."""
    actions.refuse_tokens(caller)
    actions.DELETE_DIRECTORY.permit(caller)
    dominance.require_reach(caller, server, server.domain)
    access.end_access(User.objects.filter(directory_identity__server=server))
    _record(caller, "LDAP.DELETE", server, f"Removes the directory {server.name}.")
    alerts.clear_alert(ALERT, str(server.uuid), by=caller.user_name)
    server.delete()


def _told(server: DirectoryServer, names: list[str]) -> dict[str, Any]:
    return {name: getattr(server, name) for name in names if name not in _UNTOLD}


def _record(
    caller: Caller,
    event: str,
    server: DirectoryServer,
    sentence: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    plans.note("directory", sentence, name=server.name)
    about = About("directory server", server.uuid, server.name, None, server.domain.path)
    records.record(caller, event, about, before=before, after=after, sentence=sentence)
