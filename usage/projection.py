"""From marks to intervals: the rule by which the ledger is made, checked and made again. No tables."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, Self
from uuid import UUID

Key = tuple[str, UUID]


class Mark(Protocol):
    """One end of an interval, as `cloudportal.events` keeps it."""

    id: int
    meter: str
    starts: bool
    at: datetime
    subject_uuid: UUID
    subject_name: str
    account_uuid: UUID
    account_name: str
    domain_path: str
    zone_uuid: UUID | None
    quantities: dict[str, Any]


@dataclass(frozen=True)
class Interval:
    """The subject counted from `started_at` until `ended_at`, or still does."""

    meter: str
    subject_uuid: UUID
    subject_name: str
    account_uuid: UUID
    account_name: str
    domain_path: str
    zone_uuid: UUID | None
    quantities: dict[str, Any]
    started_at: datetime
    start_mark: int
    ended_at: datetime | None = None
    end_mark: int | None = None

    @classmethod
    def of(cls, row: Any) -> Self:
        """The interval that a row of the ledger holds."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})

    @classmethod
    def opened_by(cls, mark: Mark) -> Self:
        """The interval that begins with the mark."""
        return cls(
            meter=mark.meter,
            subject_uuid=mark.subject_uuid,
            subject_name=mark.subject_name,
            account_uuid=mark.account_uuid,
            account_name=mark.account_name,
            domain_path=mark.domain_path,
            zone_uuid=mark.zone_uuid,
            quantities=mark.quantities,
            started_at=mark.at,
            start_mark=mark.id,
        )

    @property
    def key(self) -> Key:
        """What has at most one open interval at a time."""
        return (self.meter, self.subject_uuid)

    @property
    def last_mark(self) -> int:
        """The newest mark that made this what it is."""
        return self.end_mark or self.start_mark

    def seconds(self, since: datetime, until: datetime) -> int:
        """Whole seconds of the interval within the window; one that is still open lasts to the window's end.

        Ends are cut to the second before they are subtracted, so that neighbouring windows add up exactly.
        """
        begin = max(self.started_at, since)
        end = until if self.ended_at is None else min(self.ended_at, until)
        return max(0, int(end.timestamp()) - int(begin.timestamp()))


def key_of(mark: Mark) -> Key:
    """What the mark speaks of."""
    return (mark.meter, mark.subject_uuid)


def advance(head: Interval | None, mark: Mark) -> Interval | None:
    """The interval that the mark opens or ends, given the newest one of its key; None where it changes nothing.

    A second start of what counts already, a stop of what does not, and a mark that has had its say change nothing.
    """
    if head is not None and mark.id <= head.last_mark:
        return None
    is_open = head is not None and head.ended_at is None
    if mark.starts:
        return None if is_open else Interval.opened_by(mark)
    if head is None or not is_open:
        return None
    # The clock of another node may be behind: an interval never ends before it began.
    return replace(head, ended_at=max(head.started_at, mark.at), end_mark=mark.id)


def project(marks: Iterable[Mark]) -> dict[int, Interval]:
    """All intervals that the marks make, by their start mark. Marks come in the order of their ids."""
    heads: dict[Key, Interval] = {}
    intervals: dict[int, Interval] = {}
    for mark in marks:
        changed = advance(heads.get(key_of(mark)), mark)
        if changed is not None:
            heads[changed.key] = changed
            intervals[changed.start_mark] = changed
    return intervals
