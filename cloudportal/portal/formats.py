"""How sizes, times and durations read: exact where they are exact, never a unit that nobody gave."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from cloudportal.core import clock

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def mib(value: int) -> str:
    """512 → `512 MiB`, 1536 → `1.5 GiB`, 1500 → `1,500 MiB`: GiB only where a quarter says it exactly."""
    if value >= 1024 and value % 256 == 0:
        return f"{value / 1024:,.2f}".rstrip("0").rstrip(".") + " GiB"
    return f"{value:,} MiB"


def size(value: int) -> str:
    """Bytes in the greatest unit in which they are whole, else rounded to one place in the greatest that fits."""
    unit = 0
    amount = float(value)
    while amount >= 1024 and unit < len(_BINARY) - 1:
        amount /= 1024
        unit += 1
    if amount == int(amount):
        return f"{int(amount):,} {_BINARY[unit]}"
    return f"{amount:,.1f} {_BINARY[unit]}"


def duration(seconds: float) -> str:
    """`0.4 s`, `45 s`, `3 min 20 s`, `5 h 12 min`, `12 d 4 h`: the two greatest units that matter."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f}".rstrip("0").rstrip(".") + " s"
    whole = int(seconds)
    parts = (
        (whole // 86400, "d"),
        (whole % 86400 // 3600, "h"),
        (whole % 3600 // 60, "min"),
        (whole % 60, "s"),
    )
    first = next(index for index, (amount, _) in enumerate(parts) if amount)
    return " ".join(f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount)


def ago(moment: datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`; the date once it is more than a day away."""
    passed = (clock.now() - moment).total_seconds()
    if passed < 0 or passed >= timedelta(days=1).total_seconds():
        return date(moment)
    if passed < 10:
        return "just now"
    if passed < 60:
        return f"{int(passed)} s ago"
    if passed < 3600:
        return f"{int(passed // 60)} min ago"
    return f"{int(passed // 3600)} h ago"


def date(moment: datetime) -> str:
    """`22 Nov` in the reader's zone, with the year where it is another one."""
    is_this_year = local(moment).year == local(clock.now()).year
    return f"{local(moment):%-d %b}" if is_this_year else f"{local(moment):%-d %b %Y}"


def date_and_time(moment: datetime) -> str:
    """`22 Nov 2026, 11:04:33 CET` in the reader's zone."""
    return f"{local(moment):%-d %b %Y, %H:%M:%S} {zone_of(moment)}"


def clock_time(moment: datetime) -> str:
    """`11:04:33` in the reader's zone."""
    return f"{local(moment):%H:%M:%S}"


def local(moment: datetime) -> datetime:
    """The moment in the zone that is active for this request."""
    return timezone.localtime(moment)


def zone_of(moment: datetime) -> str:
    """What the reader's zone is called at that moment: `CET`, or `UTC+05:45` where people have no word for it."""
    name, offset = f"{local(moment):%Z}", f"{local(moment):%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}" if name.startswith(("+", "-")) else name


def readers_zone() -> str:
    """The name of the reader's zone, such as `Europe/Berlin`: what they mean by a time of day."""
    return timezone.get_current_timezone_name()


def zone(name: str) -> ZoneInfo:
    """The time zone of that name, or UTC where there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
