"""Folds meter marks into usage intervals, each exactly once, and reads seconds off them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, models, transaction

from cloudportal.core import clock
from cloudportal.events.models import MeterMark
from usage.models import LedgerPosition, UsageInterval
from usage.projection import Interval, Key, advance, key_of

BATCH = 500
# No transaction of ours lasts this long, so a mark with a smaller id cannot come to light any more.
SETTLING_SECONDS = 3600


def fold() -> int:
    """Folds what has been marked since the last time, and returns how many marks changed the ledger.

    May be called by several at once and again after a crash: a mark opens or ends one interval, once.
    """
    folded = 0
    after = _settled_id()
    while marks := list(_unfolded(after)[:BATCH]):
        with transaction.atomic():
            folded += _fold(marks)
        after = marks[-1].id
    _settle()
    return folded


def seconds_between(
    account_uuid: UUID, since: datetime, until: datetime, *, moment: datetime | None = None
) -> dict[str, int]:
    """Seconds that each meter ran for the account in the window, up to `moment` (now) where it still runs."""
    condition = models.Q(account_uuid=account_uuid)
    until = min(until, moment or clock.now())
    totals: dict[str, int] = {}
    for interval in intervals_between(condition, since, until):
        totals[interval.meter] = totals.get(interval.meter, 0) + interval.seconds(since, until)
    return totals


def intervals_between(condition: models.Q, since: datetime, until: datetime) -> list[Interval]:
    """The intervals that touch the window, also those whose marks are not folded yet, oldest first.

    `condition` speaks of fields that marks and intervals share: the account, the domain path, the meter.
    """
    rows = UsageInterval.objects.filter(condition, started_at__lt=until).filter(
        models.Q(ended_at=None) | models.Q(ended_at__gt=since)
    )
    found = {row.start_mark: Interval.of(row) for row in rows.order_by("start_mark").iterator()}
    for changed in _pending(condition):
        found[changed.start_mark] = changed
    return [one for _, one in sorted(found.items()) if one.started_at < until and _ends_after(one, since)]


def heads_of(keys: Iterable[Key]) -> dict[Key, Interval]:
    """The newest interval of each key that has one."""
    subjects = {subject for _, subject in keys}
    rows = UsageInterval.objects.filter(subject_uuid__in=subjects).order_by("start_mark")
    return {(row.meter, row.subject_uuid): Interval.of(row) for row in rows}


def _ends_after(interval: Interval, since: datetime) -> bool:
    return interval.ended_at is None or interval.ended_at > since


def _pending(condition: models.Q) -> Iterator[Interval]:
    marks = list(_unfolded(_settled_id()).filter(condition))
    heads = heads_of(key_of(mark) for mark in marks)
    for mark in marks:
        changed = advance(heads.get(key_of(mark)), mark)
        if changed is not None:
            heads[changed.key] = changed
            yield changed


def _unfolded(after: int) -> models.QuerySet[MeterMark]:
    opened = UsageInterval.objects.filter(start_mark=models.OuterRef("pk"))
    ended = UsageInterval.objects.filter(end_mark=models.OuterRef("pk"))
    marks = MeterMark.objects.filter(id__gt=after).order_by("id")
    return marks.filter(~models.Exists(opened), ~models.Exists(ended))


def _fold(marks: list[MeterMark]) -> int:
    heads = heads_of(key_of(mark) for mark in marks)
    folded = 0
    for mark in marks:
        changed = advance(heads.get(key_of(mark)), mark)
        if changed is None:
            continue
        heads[changed.key] = changed
        folded += _end(changed) if changed.end_mark else _open(changed)
    return folded


def write(interval: Interval) -> UsageInterval:
    """A new row of the ledger. Raises IntegrityError where one of its marks has a row already."""
    meter, subject = interval.key
    open_key = f"{meter}|{subject}" if interval.ended_at is None else None
    return UsageInterval.objects.create(**vars(interval), open_key=open_key)


def _open(interval: Interval) -> bool:
    try:
        with transaction.atomic():
            write(interval)
    except IntegrityError:
        # Another process folded the same mark a moment ago.
        return False
    return True


def _end(interval: Interval) -> bool:
    rows = UsageInterval.objects.filter(start_mark=interval.start_mark, end_mark=None)
    return bool(rows.update(ended_at=interval.ended_at, end_mark=interval.end_mark, open_key=None))


def _settled_id() -> int:
    position = LedgerPosition.objects.order_by("id").first()
    return position.settled_id if position else 0


def _settle() -> None:
    moment = clock.now()
    newest = MeterMark.objects.order_by("-id").values_list("id", flat=True).first() or 0
    position = LedgerPosition.objects.order_by("id").first()
    if position is None:
        LedgerPosition.objects.get_or_create(pk=1, defaults={"seen_id": newest, "seen_at": moment})
        return
    if moment - position.seen_at < timedelta(seconds=SETTLING_SECONDS):
        return
    LedgerPosition.objects.filter(pk=position.pk, seen_id=position.seen_id, seen_at=position.seen_at).update(
        settled_id=position.seen_id, seen_id=newest, seen_at=moment
    )
