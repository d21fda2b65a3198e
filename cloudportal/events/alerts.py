"""Alerts: raised once however often they are seen, shown, mailed, and cleared when the trouble is over."""

from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import F

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller
from cloudportal.events import actions, records
from cloudportal.events.models import Alert
from cloudportal.events.records import About


def raise_alert(code: str, key: str, sentence: str, *, about: About | None = None, detail: str = "") -> Alert:
    """The open alert of this code and key, made now or seen once more."""
    open_key = f"{code}|{key}"[:200]
    about = about or About()
    try:
        with transaction.atomic():
            return Alert.objects.create(
                code=code,
                open_key=open_key,
                sentence=sentence,
                detail=detail,
                subject_type=about.type,
                subject_uuid=about.uuid,
                subject_name=about.name,
            )
    except IntegrityError:
        Alert.objects.filter(open_key=open_key).update(
            times=F("times") + 1, last_seen_at=clock.now(), sentence=sentence, detail=detail
        )
        return Alert.objects.get(open_key=open_key)


def clear_alert(code: str, key: str, *, by: str = "") -> bool:
    """Closes the open alert of this code and key; False when there is none."""
    open_key = f"{code}|{key}"[:200]
    return bool(
        Alert.objects.filter(open_key=open_key).update(open_key=None, cleared_at=clock.now(), cleared_by=by)
    )


@transaction.atomic
def clear(caller: Caller, alert: Alert) -> Alert:
    """A person says that the trouble is dealt with. Clearing a cleared alert changes nothing."""
    actions.CLEAR_ALERT.permit(caller)
    cleared = Alert.objects.filter(pk=alert.pk, cleared_at=None).update(
        open_key=None, cleared_at=clock.now(), cleared_by=caller.user_name
    )
    if cleared:
        sentence = f"Clears the alert “{alert.sentence}”"
        plans.note("alert", sentence)
        about = About("alert", alert.uuid, alert.code)
        records.record(caller, "ALERT.ARCHIVE", about, after={"code": alert.code}, sentence=sentence)
    alert.refresh_from_db()
    return alert


def mail_new(recipients: list[str]) -> int:
    """Mails each open alert once to the recipients; returns how many went out."""
    if not recipients:
        return 0
    sent = 0
    for alert in Alert.objects.filter(mailed_at=None, cleared_at=None).order_by("id")[:50]:
        # Marked first, by a guarded update: two workers must not mail the same alert twice.
        if not Alert.objects.filter(pk=alert.pk, mailed_at=None).update(mailed_at=clock.now()):
            continue
        try:
            send_mail(
                # A subject is one line, whatever a host's name or answer put into the sentence.
                f"[cloud portal] {' '.join(alert.sentence.split())[:120]}",
                f"{alert.sentence}\n\n{alert.detail}\n",
                None,
                recipients,
            )
        except OSError:
            Alert.objects.filter(pk=alert.pk).update(mailed_at=None)
            raise
        sent += 1
    return sent
