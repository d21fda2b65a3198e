"""When something that recurs is due next: cron's five fields, read on the wall clock of a time zone."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from cloudportal.core import time_zones
from cloudportal.core.errors import InvalidInput

# Letters are names of days and months, and L for the last one.
_EXPRESSION = re.compile(r"[0-9A-Za-z*,/# -]{9,100}")
_FIELDS = 5
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
# Any moment will do to ask whether an expression ever comes true; cronsim looks fifty years ahead.
_SOME_TIME = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Recurrence:
    """A rule such as `30 3 * * *` in `Europe/Berlin`; make it by `recurrence` or one of the functions below it.

    A rule for certain hours happens once on each day that it names: at the first of two equal wall-clock times, and
    at once after an hour that the clocks left out. A rule for every hour, or every so many, follows real time: it
    happens in both of two equal hours, and not in one that was left out. So does Debian's cron.
    """

    expression: str
    time_zone: str

    def next_after(self, moment: datetime) -> datetime:
        """The first time after the aware `moment`, in UTC and to the second."""
        if self._follows_real_time:
            return self._next_of_each(moment.astimezone(UTC).replace(microsecond=0))
        return self._next_of_day(moment.astimezone(UTC))

    @property
    def sentence(self) -> str:
        """The rule in words, such as “At 03:30 every day (Europe/Berlin)”."""
        return f"{CronSim(self.expression, _SOME_TIME).explain()} ({self.time_zone.replace('_', ' ')})"

    @property
    def _follows_real_time(self) -> bool:
        minute, hour, *_ = self.expression.split()
        return minute.startswith("*") or hour.startswith("*")

    def _next_of_day(self, after: datetime) -> datetime:
        zone = ZoneInfo(self.time_zone)
        for wall in CronSim(self.expression, after.astimezone(zone).replace(tzinfo=None)):
            found = _moment_of(wall, zone)
            # Between two equal hours the first has passed, and with it what happens in both.
            if found > after:
                return found
        raise _never(self.expression)

    def _next_of_each(self, after: datetime) -> datetime:
        zone = ZoneInfo(self.time_zone)
        start = after + _SECOND
        while True:
            offset = _offset(start, zone)
            wall = next(CronSim(self.expression, (start + offset - _SECOND).replace(tzinfo=None)), None)
            if wall is None:
                raise _never(self.expression)
            found = wall.replace(tzinfo=UTC) - offset
            # Clocks that were put back soon after `start` show times again that this search left behind.
            changed = [end for end in (min(found, start + _DAY), found) if _offset(end, zone) != offset]
            if not changed:
                return found
            # From the change on, another clock is right.
            start = _change_between(start, changed[0], zone)


def recurrence(expression: str, time_zone: str) -> Recurrence:
    """The rule of these five fields in this time zone (an IANA name). Raises InvalidInput for either."""
    if time_zone not in time_zones.known():
        raise InvalidInput.of("time_zone", "Choose a time zone by its name, such as Europe/Berlin or UTC.")
    fields = expression.split()
    if not _EXPRESSION.fullmatch(expression) or len(fields) != _FIELDS:
        raise _unreadable()
    cleaned = " ".join(fields).upper()
    try:
        is_ever = next(CronSim(cleaned, _SOME_TIME), None) is not None
    except (CronSimError, AssertionError, TypeError, ValueError) as error:
        raise _unreadable() from error
    if not is_ever:
        raise _never(cleaned)
    return Recurrence(cleaned, time_zone)


def hourly(minute: int, time_zone: str) -> Recurrence:
    """At this minute of every hour."""
    return recurrence(f"{_within('minute', minute, 0, 59)} * * * *", time_zone)


def daily(hour: int, minute: int, time_zone: str) -> Recurrence:
    """Every day at this time."""
    return recurrence(f"{_time(hour, minute)} * * *", time_zone)


def weekly(day: int, hour: int, minute: int, time_zone: str) -> Recurrence:
    """On one day of every week: 1 is Monday, 7 Sunday."""
    return recurrence(f"{_time(hour, minute)} * * {_within('day', day, 1, 7)}", time_zone)


def monthly(day: int, hour: int, minute: int, time_zone: str) -> Recurrence:
    """On one day of every month, up to the 28th, which every month has."""
    return recurrence(f"{_time(hour, minute)} {_within('day', day, 1, 28)} * *", time_zone)


def _time(hour: int, minute: int) -> str:
    return f"{_within('minute', minute, 0, 59)} {_within('hour', hour, 0, 23)}"


def _within(field: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise InvalidInput.of(field, f"Choose {least} to {most}.")
    return value


def _moment_of(wall: datetime, zone: tzinfo) -> datetime:
    """When the wall clock shows this for the first time, or the end of the gap that swallowed it."""
    local = wall.replace(tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # In a gap the two folds are read by the clock before and the one after it (PEP 495), so it lies between them.
    return _change_between(local.replace(fold=1).astimezone(UTC), moment, zone)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second in which the zone's offset becomes another than it is at `before`; at `after` it is another."""
    offset = _offset(before, zone)
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
    return after


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _unreadable() -> InvalidInput:
    return InvalidInput.of(
        "schedule",
        "Give minute, hour, day of the month, month and day of the week as cron does, such as “30 3 * * 1-5”.",
    )


def _never(expression: str) -> InvalidInput:
    return InvalidInput.of("schedule", f"No day is ever like “{expression}”. Choose a rule that comes true.")
