"""Users: who signs in for an account."""

from dataclasses import dataclass, fields
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cloudportal.core import plans, time_zones
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import actions, states
from tenants.models import Account, Domain, User
from tenants.names import check_email, check_text, check_username
from tenants.services import access, dominance
from tenants.services.project_admins import require_others_lead


@dataclass(frozen=True)
class NewUser:
    """What a user begins as. Without a password nobody can sign in as them until one is set."""

    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    timezone: str = "UTC"
    password: str | None = None

    def __repr__(self) -> str:
        return f"NewUser({self.username!r})"


@dataclass(frozen=True)
class UserChanges:
    """What of a user is to be different; None leaves it. Account, state, source and password are not among it."""

    username: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    timezone: str | None = None


def create(caller: Caller, account: Account, values: NewUser, *, directory_dn: str = "") -> User:
    """A user of the account, named in small letters and once in its domain. With `directory_dn` the password lives in
    the directory. Raises InvalidInput, NotFound, NotPermitted, Conflict.
    """
    actions.CREATE_USER.permit(caller)
    dominance.require_dominance(caller, account)
    draft = drafted(account.domain, values, directory_dn=directory_dn)
    with transaction.atomic():
        return insert(caller, account, draft)


def drafted(domain: Domain, values: NewUser, *, directory_dn: str = "") -> User:
    """A checked user that is in no account and no database yet. Done outside of transactions: hashing takes long."""
    draft = User(
        domain=domain,
        username=check_username(values.username),
        email=check_email(values.email),
        first_name=check_text(values.first_name, field="first_name", most=100),
        last_name=check_text(values.last_name, field="last_name", most=100),
        timezone=_check_timezone(values.timezone),
        source="directory" if directory_dn else "local",
        directory_dn=directory_dn,
    )
    draft.password = _hashed(draft, values.password)
    return draft


def insert(caller: Caller, account: Account, draft: User) -> User:
    """Puts a drafted user into an account. Part of a service's transaction, after its checks."""
    if account.is_project:
        raise NotFound(noun="account", uuid=account.uuid)
    if account.state == states.REMOVING:
        raise Conflict(f"{account.called} is being deleted, so it takes no new users.")
    draft.account = account
    _require_free(account.domain_id, draft.username)
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(draft.username) from error
    _record(caller, "USER.CREATE", draft, f"Creates the user {draft.username}.", after=_profile(draft))
    return draft


@transaction.atomic
def update(caller: Caller, user: User, changes: UserChanges) -> User:
    """Edits a user whom the caller dominates, or the caller's own profile except its name.

    Raises InvalidInput, NotFound, NotPermitted, Conflict.
    """
    if user.pk == caller.user_id and not caller.may(actions.UPDATE_USER.name):
        actions.UPDATE_PROFILE.permit(caller)
        if changes.username is not None and check_username(changes.username) != user.username:
            raise NotPermitted("You cannot change your own user name. Ask an administrator of your domain.")
    else:
        actions.UPDATE_USER.permit(caller)
        dominance.require_dominance(caller, user.account)
    before = _profile(user)
    _apply(user, changes)
    try:
        with transaction.atomic():
            user.save(update_fields=[field.name for field in fields(UserChanges)])
    except IntegrityError as error:
        raise _taken(user.username) from error
    after = _profile(user)
    changed = {name for name in after if after[name] != before[name]}
    _record(
        caller,
        "USER.UPDATE",
        user,
        f"Edits the user {user.username}.",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return user


@transaction.atomic
def enable(caller: Caller, user: User) -> User:
    """Lets the user sign in again; what was ended on disabling stays ended."""
    actions.ENABLE_USER.check(caller, user)
    dominance.require_dominance(caller, user.account)
    states.USER.move(user, "enable")
    _record(caller, "USER.ENABLE", user, f"Enables the user {user.username}.")
    return user


@transaction.atomic
def disable(caller: Caller, user: User) -> User:
    """Ends every session, token and key of the user and lets nobody sign in as them. Nobody disables themselves."""
    actions.DISABLE_USER.check(caller, user)
    dominance.require_dominance(caller, user.account)
    _require_somebody_else(caller, user, action="disable")
    states.USER.move(user, "disable")
    access.end_access(User.objects.filter(pk=user.pk))
    _record(caller, "USER.DISABLE", user, f"Disables the user {user.username} and ends their sessions.")
    return user


@transaction.atomic
def delete(caller: Caller, user: User) -> None:
    """Removes the user with their sessions, tokens, keys and memberships; what their account owns stays.

    Raises Conflict while a project has no other admin.
    """
    actions.DELETE_USER.check(caller, user)
    dominance.require_dominance(caller, user.account)
    _require_somebody_else(caller, user, action="delete")
    require_others_lead(user=user)
    access.end_access(User.objects.filter(pk=user.pk))
    _record(caller, "USER.DELETE", user, f"Deletes the user {user.username}.", before=_profile(user))
    user.delete()


def _require_somebody_else(caller: Caller, user: User, *, action: str) -> None:
    if user.pk == caller.user_id:
        raise NotPermitted(
            f"You cannot {action} the user that you are signed in as. Ask another administrator."
        )


def _apply(user: User, changes: UserChanges) -> None:
    if changes.username is not None:
        _rename(user, check_username(changes.username))
    if changes.email is not None:
        user.email = check_email(changes.email)
    if changes.first_name is not None:
        user.first_name = check_text(changes.first_name, field="first_name", most=100)
    if changes.last_name is not None:
        user.last_name = check_text(changes.last_name, field="last_name", most=100)
    if changes.timezone is not None:
        user.timezone = _check_timezone(changes.timezone)


def _rename(user: User, name: str) -> None:
    if name == user.username:
        return
    if user.source != "local":
        raise Conflict(f"{user.username} signs in through a directory, which gives the user name.")
    _require_free(user.domain_id, name)
    user.username = name


def _require_free(domain_id: int, username: str) -> None:
    if User.objects.filter(domain_id=domain_id, username=username).exists():
        raise _taken(username)


def _taken(username: str) -> InvalidInput:
    return InvalidInput.of("username", f"{username} exists in this domain already. Choose another name.")


def _check_timezone(value: str) -> str:
    if value not in time_zones.known():
        raise InvalidInput.of("timezone", "Use the name of a time zone, such as Europe/Berlin.")
    return value


def _hashed(draft: User, password: str | None) -> str:
    if password is None or draft.source != "local":
        return make_password(None)
    try:
        validate_password(password, draft)
    except ValidationError as error:
        sentences = list(error.messages)
        raise InvalidInput(" ".join(sentences), fields={"password": sentences}) from error
    return make_password(password)


def _profile(user: User) -> dict[str, Any]:
    return {field.name: getattr(user, field.name) for field in fields(UserChanges)}


def _record(
    caller: Caller,
    event: str,
    user: User,
    sentence: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    plans.note("user", sentence, name=user.username)
    owner = user.account.owner
    about = About("user", user.uuid, user.username, owner.account_uuid, owner.domain_path)
    records.record(caller, event, about, before=before, after=after, sentence=sentence)
