"""Local passwords: changing one's own, and setting somebody else's."""

import secrets

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import credential_actions as actions
from tenants import throttling
from tenants.authentication import users_with_account
from tenants.models import User
from tenants.services import dominance
from tenants.services.sign_in import PASSWORD_LENGTH
from tenants.throttling import PEOPLE, Attempt


@sensitive_variables("old", "new")
def change_own(caller: Caller, old: str, new: str, *, request: HttpRequest | None = None) -> User:
    """Gives the caller a new password and ends all their sessions but the one of `request`, which gets a new key.

    Every role may. Raises InvalidInput for a wrong old or a weak new one, TooManyRequests, Conflict for people whose
    password a directory keeps, and NotPermitted for tokens.
    """
    actions.refuse_tokens(caller)
    user = _user(caller)
    _require_local(user)
    counted = request or throttling.request_from(caller.source_address)
    attempt = Attempt(PEOPLE, f"password of {user.pk}")
    throttling.require_room(counted, attempt)
    if len(old) > PASSWORD_LENGTH or not user.check_password(old):
        throttling.count_failure(counted, attempt)
        raise InvalidInput.of("old_password", "This is not your present password.")
    throttling.forget(counted, attempt)
    _set(caller, user, new, field="new_password", sentence=f"{user.username} changed their password.")
    if request is not None:
        update_session_auth_hash(request, user)
    return user


@sensitive_variables("new")
def reset(caller: Caller, user: User, new: str) -> User:
    """Gives a user whom the caller dominates another password and ends all their sessions.

    Raises InvalidInput, NotFound, NotPermitted, and Conflict for people whose password a directory keeps.
    """
    actions.refuse_tokens(caller)
    actions.RESET_PASSWORD.permit(caller)
    dominance.require_dominance(caller, user.account)
    if user.pk == caller.user_id:
        raise NotPermitted("Change your own password with the present one, so that nobody else can.")
    return _set(caller, user, new, field="password", sentence=f"Sets a new password for {user.username}.")


def _user(caller: Caller) -> User:
    user = users_with_account().filter(pk=caller.user_id or 0).first()
    if user is None:
        raise NotFound(noun="user", uuid=caller.user_uuid)
    return user


@sensitive_variables("new")
def _set(caller: Caller, user: User, new: str, *, field: str, sentence: str) -> User:
    _require_local(user)
    _check(user, new, field)
    user.set_password(new)
    # The hash alone would change the sessions' fingerprint too; the salt does so whatever the hash depends on.
    user.session_salt = secrets.token_hex(16)
    owner = user.account.owner
    about = About("user", user.uuid, user.username, owner.account_uuid, owner.domain_path)
    with transaction.atomic():
        user.save(update_fields=["password", "session_salt"])
        plans.note("password", sentence, name=user.username)
        records.record(caller, "USER.UPDATE", about, sentence=sentence)
    return user


def _require_local(user: User) -> None:
    if user.source != "local":
        raise Conflict(
            f"The password of {user.username} is kept in a directory, not here. Change it in the directory."
        )


def _check(user: User, new: str, field: str) -> None:
    if len(new) > PASSWORD_LENGTH:
        raise InvalidInput.of(field, f"Use at most {PASSWORD_LENGTH} characters.")
    try:
        validate_password(new, user)
    except ValidationError as error:
        sentences = list(error.messages)
        raise InvalidInput(" ".join(sentences), fields={field: sentences}) from error
