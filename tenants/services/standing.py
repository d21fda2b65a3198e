"""Whether anything new may be made for an account."""

from cloudportal.core.errors import WrongState
from tenants import states
from tenants.models import Account


def require_enabled(account: Account) -> None:
    """Returns while new things may be made for the account. Raises WrongState for a locked, disabled or leaving
    account, a suspended project, and a domain that is being removed. Looks at the database, not at the row in hand.
    """
    found = (
        Account.objects.filter(pk=account.pk)
        .values_list("state", "is_project", "project__state", "domain__state")
        .first()
    )
    if found is None:
        raise _refusal("account", "gone")
    state, is_project, project_state, domain_state = found
    if is_project and project_state not in (states.ENABLED, None):
        raise _refusal("project", project_state)
    if state != states.ENABLED:
        raise _refusal("project" if is_project else "account", state)
    if domain_state != states.ENABLED:
        raise _refusal("domain", domain_state)


def _refusal(noun: str, state: str) -> WrongState:
    return WrongState(noun=noun, state=state, action="create anything new", needed=states.ENABLED)
