"""Sending an invitation to a project by mail."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail

from cloudportal.core import clock
from cloudportal.drivers.errors import Unreachable
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from tenants import states
from tenants.models import Invitation

# Where the portal shows an invitation to whoever has its token.
ADDRESS = "/invitations/{token}/"


def _invitation(run: Run) -> Invitation | None:
    rows = Invitation.objects.select_related("project", "role")
    return rows.filter(uuid=run.subject_uuid, state=states.PENDING).first()


class SendMail(Step):
    """The mail with the token. A worker that dies between sending and saying so sends it again: the same token, which
    is good once all the same.
    """

    name = "send-mail"
    label = "Send the invitation"

    def act(self, run: Run) -> None:
        """Sends, unless it was sent, answered or taken back."""
        invitation = _invitation(run)
        if invitation is None or not invitation.sealed_token:
            return
        subject = f"Invitation to the project {invitation.project.name}"
        try:
            send_mail(subject, _text(invitation), None, [invitation.email])
        except (OSError, SMTPException) as error:
            raise Unreachable(
                "The mail server did not take the invitation, so it was not sent. We try again by ourselves.",
                detail=f"{type(error).__name__}: {error}",
            ) from error

    def record(self, run: Run, result: object) -> None:
        """From now on nobody can read the token here."""
        rows = Invitation.objects.filter(uuid=run.subject_uuid, state=states.PENDING, sent_at=None)
        rows.update(sealed_token="", sent_at=clock.now())


def _text(invitation: Invitation) -> str:
    address = settings.PORTAL_URL.rstrip("/") + ADDRESS.format(token=invitation.sealed_token.reveal())
    return (
        f"{invitation.invited_by or 'An administrator'} invites you to the project {invitation.project.name} "
        f"as {invitation.role.name}.\n\n"
        f"Sign in and accept or decline here:\n{address}\n\n"
        f"The link works once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC, for a user whose profile has the "
        "address that this mail was sent to. If you do not know what this is about, leave it alone.\n"
    )


@workflow
class SendInvitation(Workflow):
    """Brings an invitation to its address; one that cannot be brought is taken back."""

    kind = "project.invitation.send"
    queue = "housekeeping"
    label = "Send invitation"
    steps = (SendMail,)

    def failed(self, run: Run) -> None:
        """An invitation that nobody got is of no use to anybody."""
        invitation = _invitation(run)
        if invitation is not None:
            states.INVITATION.move(invitation, "revoke", answered_at=clock.now(), sealed_token="")
