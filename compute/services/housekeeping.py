"""Regular work on instances: those destroyed long enough are expunged, those of disabled accounts are stopped, and
history is forgotten.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, WrongState
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.jobs.models import Job
from cloudportal.jobs.queries import failed_lately
from compute import states
from compute.models import Instance
from compute.services.instances import expunge, stop
from tenants import states as tenant_states
from tenants.models import Account
from tenants.queries import asked_once, settings_value

# Begun in one round; the next round goes on.
AT_ONCE = 100
# An expunging that failed is tried again this much later, so that a broken pool does not make a job a minute.
AGAIN_AFTER = timedelta(hours=1)


def expunge_due(caller: Caller) -> int:
    """Begins to expunge what was destroyed longer ago than its account keeps it; returns how many."""
    moment = clock.now()
    delay_seconds = asked_once("instance.expunge_delay")
    begun = 0
    aside = Instance.objects.filter(state=states.DESTROYED, is_protected=False)
    rows = aside.exclude(uuid__in=failed_lately("instance.expunge", within=AGAIN_AFTER)).order_by(
        "destroyed_at"
    )
    for pk, account_pk, since in rows.values_list("pk", "account_id", "destroyed_at"):
        if begun == AT_ONCE:
            break
        if since and since + timedelta(seconds=delay_seconds(account_pk)) <= moment:
            instance = _with_account(aside).filter(pk=pk).first()
            begun += instance is not None and _begun(expunge, caller, instance)
    return begun


def halt_disabled(caller: Caller) -> int:
    """Begins to stop what runs for disabled accounts; returns how many. Catches what was starting as they were."""
    accounts = Account.objects.filter(
        state=tenant_states.DISABLED, instances__state=states.RUNNING
    ).distinct()
    return sum(halt_account(caller, account) for account in accounts)


def halt_account(caller: Caller, account: Account) -> int:
    """Begins to stop what runs for the account; returns how many. What another job has is left to `halt_disabled`."""
    rows = Instance.objects.filter(account=account, state=states.RUNNING)
    rows = rows.exclude(uuid__in=failed_lately("instance.stop", within=AGAIN_AFTER))
    return sum(_begun(stop, caller, instance) for instance in _with_account(rows))


def forget_history() -> int:
    """Deletes the rows of instances that were expunged long enough ago; returns how many."""
    kept = timedelta(seconds=settings_value("instance.history_kept"))
    old = Instance.objects.filter(state=states.EXPUNGED, expunged_at__lte=clock.now() - kept)
    pks = list(old.values_list("pk", flat=True)[:AT_ONCE])
    Instance.objects.filter(pk__in=pks).delete()
    return len(pks)


def _with_account(rows: ScopedQuerySet[Instance]) -> ScopedQuerySet[Instance]:
    return rows.select_related("account__domain", "zone", "offering", "template")


def _begun(verb: Callable[[Caller, Instance], Job], caller: Caller, instance: Instance) -> bool:
    try:
        with transaction.atomic():
            verb(caller, instance)
    except (Busy, WrongState):
        # A job has it, or has just had it; whatever it left is looked at in the next round.
        return False
    return True
