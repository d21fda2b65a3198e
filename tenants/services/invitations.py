"""Invitations to projects, by mail: a token that is used once, in time, by whoever has the address."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import models, transaction

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from cloudportal.jobs import services as jobs
from tenants import actions, states
from tenants.configuration import INVITATION_LIFETIME
from tenants.membership import acting_on
from tenants.models import Invitation, Project, ProjectMember, User
from tenants.names import check_email
from tenants.queries.settings import settings_value
from tenants.services import project_members
from tenants.services.project_roles import require_may_give
from tenants.services.projects import record

# Mail goes to addresses of the inviter's choice: enough for a team, too few for a nuisance.
MOST_PENDING = 100
# And so many in a day, whatever became of them: taking one back does not take its mail back.
MOST_A_DAY = 100


@transaction.atomic
def invite(
    caller: Caller, project: Project, *, email: str, role_uuid: UUID | str | None = None
) -> Invitation:
    """Offers a place in the project to an address, in a mail that a job sends. Raises InvalidInput, NotFound,
    NotPermitted, Conflict.
    """
    acting = acting_on(caller, project)
    actions.CREATE_INVITATION.permit(acting)
    address = check_email(email)
    if not address:
        raise InvalidInput.of("email", "Say where the invitation is to be sent.")
    role = project_members.role_in(project, role_uuid)
    require_may_give(acting, role)
    project_members.require_active(project)
    _require_room(project, address)
    token = secrets.token_urlsafe(32)
    lifetime_seconds = settings_value(INVITATION_LIFETIME.name, domain=project.domain)
    invitation = Invitation.objects.create(
        project=project,
        role=role,
        email=address,
        token_hash=hashed(token),
        sealed_token=token,
        invited_by=caller.user_name,
        expires_at=clock.now() + timedelta(seconds=lifetime_seconds),
    )
    sentence = f"Invites {address} to the project {project.name}."
    record(
        caller, "PROJECT.INVITATION.UPDATE", project, sentence, after={"email": address, "role": role.name}
    )
    jobs.submit(
        caller, "project.invitation.send", jobs.Subject.of(invitation), holds=[jobs.hold_of(invitation)]
    )
    return invitation


@transaction.atomic
def accept(caller: Caller, token: str) -> ProjectMember:
    """The caller's user becomes a member. Raises NotFound, alike for a token that is unknown, used, taken back, too
    old or for another address.
    """
    actions.ACCEPT_INVITATION.permit(caller)
    invitation, user = _theirs(caller, token)
    states.INVITATION.move(invitation, "accept", answered_at=clock.now(), sealed_token="")
    account = user.account
    return project_members.join(caller, invitation.project, account, invitation.role, user=user)


@transaction.atomic
def decline(caller: Caller, token: str) -> Invitation:
    """The caller will not join; the token is used up. Raises as `accept`."""
    actions.DECLINE_INVITATION.permit(caller)
    invitation, user = _theirs(caller, token)
    states.INVITATION.move(invitation, "decline", answered_at=clock.now(), sealed_token="")
    sentence = f"{user.username} declines the invitation to the project {invitation.project.name}."
    record(
        caller, "PROJECT.INVITATION.UPDATE", invitation.project, sentence, after={"state": states.DECLINED}
    )
    return invitation


@transaction.atomic
def revoke(caller: Caller, invitation: Invitation) -> Invitation:
    """Takes an invitation back that nobody has used. Raises NotFound, NotPermitted, WrongState."""
    actions.REVOKE_INVITATION.check(acting_on(caller, invitation.project), invitation)
    states.INVITATION.move(invitation, "revoke", answered_at=clock.now(), sealed_token="")
    sentence = f"Takes back the invitation of {invitation.email} to the project {invitation.project.name}."
    record(caller, "PROJECT.INVITATION.REMOVE", invitation.project, sentence)
    return invitation


def expire_due() -> int:
    """Regular work: closes invitations whose time is over; returns how many."""
    due = Invitation.objects.filter(state=states.PENDING, expires_at__lte=clock.now())
    return due.update(state=states.EXPIRED, answered_at=clock.now(), sealed_token="")


def invitation_behind(caller: Caller, token: str) -> Invitation:
    """The open invitation that the caller could accept with this token, to show it to them first. Raises NotFound."""
    actions.ACCEPT_INVITATION.permit(caller)
    return _theirs(caller, token)[0]


def hashed(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so a fast hash cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


def _theirs(caller: Caller, token: str) -> tuple[Invitation, User]:
    user = User.objects.select_related("account__domain").filter(pk=caller.user_id).first()
    found = Invitation.objects.filter(
        token_hash=hashed(token), state=states.PENDING, expires_at__gt=clock.now()
    )
    invitation = found.select_related("project__domain", "project__account__domain", "role").first()
    if user is None or invitation is None or not _is_for(invitation, user):
        raise NotFound(
            "This invitation is not valid for you: it may have been used, taken back or grown too old, or it was "
            "sent to another address than your profile's. Ask for a new one.",
            noun="invitation",
            uuid="",
        )
    return invitation, user


def _is_for(invitation: Invitation, user: User) -> bool:
    has_address = bool(user.email) and user.email.casefold() == invitation.email.casefold()
    return has_address and user.account.domain.path.startswith(invitation.project.domain.path)


def _require_room(project: Project, address: str) -> None:
    pending = Invitation.objects.filter(project=project, state=states.PENDING, expires_at__gt=clock.now())
    if pending.filter(email__iexact=address).exists():
        raise Conflict(f"{address} is invited already. Take that invitation back to send another.")
    if pending.count() >= MOST_PENDING:
        raise Conflict(
            f"{MOST_PENDING} invitations are open. Take some back, or wait until they are answered."
        )
    # Those of the founder's other projects count too, for whoever needs more could found another.
    same = models.Q(project=project) | models.Q(project__founder=project.founder_id)
    a_day_ago = clock.now() - timedelta(days=1)
    if Invitation.objects.filter(same, created_at__gt=a_day_ago).count() >= MOST_A_DAY:
        raise Conflict(
            f"{MOST_A_DAY} invitations were sent within a day, to this project and those that count against the same "
            "account. Send more tomorrow."
        )
