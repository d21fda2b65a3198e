"""Leases: how long instances may live, told to their owners before they end, and ended."""

import logging
from collections.abc import Callable
from smtplib import SMTPException

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, PortalError, WrongState
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.events import records
from cloudportal.jobs.queries import failed_lately
from compute import schedule_actions as actions
from compute import states
from compute.configuration import LEASE_WARNING
from compute.models import Instance, Lease
from compute.services import instances
from compute.services.housekeeping import AGAIN_AFTER
from compute.services.instances import terms
from compute.services.instances.lease_terms import DAY, demand_allowed, ended, policy_of
from tenants import states as tenant_states
from tenants.models import User
from tenants.queries import asked_once

# Told or begun in one round; the next round goes on.
AT_ONCE = 100
# A job is on its way with every other, and it is looked at again afterwards.
AT_REST = (states.RUNNING, states.STOPPED)
# What no longer counts for anybody needs no end.
GONE = (states.DESTROYED, states.EXPUNGING, states.EXPUNGED, states.DESTROYING)

log = logging.getLogger(__name__)


@transaction.atomic
def extend(caller: Caller, instance: Instance, *, days: int) -> Instance:
    """The instance may live so many days from now on; 0 takes its end away, where size and settings give it none.

    Raises InvalidInput past what they allow, WrongState for an instance that is gone.
    """
    actions.LEASE.permit(caller)
    if instance.state in GONE:
        raise WrongState(
            noun="instance", state=instance.state, action="set its end", needed="running or stopped"
        )
    demand_allowed(caller, instance, days)
    before = Lease.objects.filter(instance=instance).first()
    if days:
        _set(instance, days)
    else:
        Lease.objects.filter(instance=instance).delete()
    after = {"ends_at": str(clock.now() + days * DAY) if days else None}
    records.record(
        caller,
        "VM.LEASE.UPDATE",
        terms.about(instance),
        before={"ends_at": str(before.ends_at) if before else None},
        after=after,
        sentence=f"Gives {instance.name} {f'{days} days from now' if days else 'no end'}.",
    )
    how = f"may live {days} days from now" if days else "has no end any more"
    plans.note("lease", f"The instance {instance.name} {how}.", days=days)
    return Instance.objects.select_related("account__domain", "offering", "lease").get(pk=instance.pk)


def warn(caller: Caller) -> int:
    """Tells owners whose instances end soon, once for each end; returns how many."""
    rows = Lease.objects.filter(warned_at=None, ended_at=None, ends_at__gt=clock.now())
    rows = rows.filter(instance__state__in=AT_REST).order_by("ends_at")
    days_ahead = asked_once(LEASE_WARNING.name)
    told = 0
    for pk, ends_at, account_pk in rows.values_list("pk", "ends_at", "instance__account_id"):
        if told == AT_ONCE:
            break
        if ends_at - days_ahead(account_pk) * DAY <= clock.now():
            told += _warn(caller, _lease(pk))
    return told


def end_due(caller: Caller) -> int:
    """Begins what the policy says with instances whose lease has ended; returns how many. What was begun and failed is
    begun again after a while.
    """
    rows = Lease.objects.filter(ends_at__lte=clock.now(), is_let_be=False, instance__state__in=AT_REST)
    rows = rows.filter(Q(ended_at=None) | _came_to_nothing()).order_by("ends_at")
    begun = 0
    for pk in rows.values_list("pk", flat=True):
        if begun == AT_ONCE:
            break
        begun += _end(caller, _lease(pk))
    return begun


def _came_to_nothing() -> Q:
    """Leases whose end was begun, and whose instances are as they were before."""
    is_as_before = Q(instance__state=states.RUNNING) | Q(policy=Lease.DESTROY)
    failed = failed_lately("instance.stop", "instance.destroy", within=AGAIN_AFTER)
    return is_as_before & ~Q(instance__uuid__in=failed)


def _lease(pk: int) -> Lease | None:
    """The lease as it is now, with what is needed to end it."""
    neighbours = ("account__domain", "zone", "offering", "template", "host")
    rows = Lease.objects.select_related(*(f"instance__{one}" for one in neighbours))
    return rows.filter(pk=pk).first()


def _same(lease: Lease) -> ScopedQuerySet[Lease]:
    """The lease, while it still ends when it did: one that was extended meanwhile is another."""
    return Lease.objects.filter(pk=lease.pk, ends_at=lease.ends_at, ended_at=lease.ended_at, is_let_be=False)


def _set(instance: Instance, days: int) -> None:
    values = {
        "ends_at": clock.now() + days * DAY,
        "policy": policy_of(instance),
        "warned_at": None,
        "ended_at": None,
        "is_let_be": False,
    }
    Lease.objects.update_or_create(instance=instance, defaults=values)


def _warn(caller: Caller, lease: Lease | None) -> bool:
    if lease is None:
        return False
    instance = lease.instance
    sentence = (
        f"The lease of {instance.name} ends at {lease.ends_at:%Y-%m-%d %H:%M} UTC; it is {ended(lease.policy)} then. "
        "Extend it if you still need it."
    )
    with transaction.atomic():
        # Guarded, so that two processes do not tell the same owner.
        if not _same(lease).filter(warned_at=None).update(warned_at=clock.now()):
            return False
        records.record(caller, "VM.LEASE.EXPIRING", terms.about(instance), sentence=sentence, level="warning")
    _mail(instance, sentence)
    return True


def _mail(instance: Instance, sentence: str) -> None:
    rows = User.objects.filter(account=instance.account, state=tenant_states.ENABLED).exclude(email="")
    addresses = sorted(set(rows.values_list("email", flat=True)))
    if not addresses:
        return
    try:
        send_mail(f"{instance.name} ends soon", f"{sentence}\n", None, addresses)
    except (OSError, SMTPException):
        # The event tells it too; a mail server that is away must not keep the other owners from being told.
        log.exception("The owners of %s could not be told by mail.", instance.uuid)


def _end(caller: Caller, lease: Lease | None) -> bool:
    if lease is None:
        return False
    instance = lease.instance
    do: Callable[[Caller, Instance], object] | None = None
    if instance.state not in AT_REST:
        return False
    if lease.policy == Lease.DESTROY:
        do = instances.destroy
    elif instance.state == states.RUNNING:
        do = instances.stop
    try:
        with transaction.atomic():
            if not _same(lease).update(ended_at=clock.now()):
                return False
            if do is not None:
                do(caller, instance)
            if lease.ended_at is None:
                sentence = f"The lease of {instance.name} has ended, so it is {ended(lease.policy)}."
                records.record(caller, "VM.LEASE.EXPIRED", terms.about(instance), sentence=sentence)
    except Busy:
        return False
    except PortalError as refusal:
        _give_up(caller, lease, refusal.detail)
        return False
    return True


@transaction.atomic
def _give_up(caller: Caller, lease: Lease, reason: str) -> None:
    """The end cannot be carried out, as with a protected instance: said once, and left to people."""
    if _same(lease).update(ended_at=clock.now(), is_let_be=True):
        instance = lease.instance
        sentence = f"The lease of {instance.name} has ended, but it is not {ended(lease.policy)}. {reason}"
        records.record(caller, "VM.LEASE.EXPIRED", terms.about(instance), sentence=sentence, level="warning")
