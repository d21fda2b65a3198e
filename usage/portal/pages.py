"""Usage: how long each thing counted in a month, to the second."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events import meters
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.columns import Column, columns_for, rows_of
from cloudportal.portal.lists import heading_of
from cloudportal.portal.pages import page
from cloudportal.portal.queries import Asked, Chip, Option
from usage import actions, queries
from usage.queries import UsageLine

LINES_A_PAGE = 50
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_WORDS = {
    meters.RUNNING_INSTANCE: ("Running instances", "instance"),
    meters.ALLOCATED_INSTANCE: ("Instances that exist", "instance"),
    meters.VOLUME: ("Volumes", "volume"),
    meters.ADDRESS: ("IP addresses", ""),
    meters.TEMPLATE: ("Templates", "template"),
    meters.SNAPSHOT: ("Snapshots", "snapshot"),
    meters.INSTANCE_SNAPSHOT: ("Snapshots of instances", "instance snapshot"),
}


@dataclass(frozen=True)
class Month:
    """A calendar month in the reader's time zone."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, text: str) -> "Month":
        """The month that `2026-11` names, or the present one."""
        found = _MONTH.fullmatch(text)
        today = timezone.localtime(clock.now())
        year, month = (int(found[1]), int(found[2])) if found else (today.year, today.month)
        since = today.replace(year=year, month=month, day=1, hour=0, minute=0, second=0, microsecond=0)
        return cls(since, (since + timedelta(days=32)).replace(day=1))

    @property
    def name(self) -> str:
        """`2026-11`, as in addresses."""
        return f"{self.since:%Y-%m}"

    @property
    def words(self) -> str:
        """`November 2026`."""
        return f"{self.since:%B %Y}"

    @property
    def before(self) -> "Month":
        """The month before it."""
        return Month.of(f"{self.since - timedelta(days=1):%Y-%m}")


def _terms(line: UsageLine) -> str:
    found = line.quantities
    parts = [
        f"{found['cpus']} {'CPU' if found['cpus'] == 1 else 'CPUs'}" if "cpus" in found else "",
        formats.mib(found["memory_mib"]) if "memory_mib" in found else "",
        formats.size(found["size_bytes"]) if "size_bytes" in found else "",
    ]
    return ", ".join(part for part in parts if part)


def _columns(meter: str, longest_seconds: int) -> tuple[Column, ...]:
    """What is said of a line; what a column is sorted by is a value of the line."""
    noun = _WORDS[meter][1]
    return (
        Column(
            "subject",
            "Name",
            lambda line: subjects.link(noun, line.subject_uuid, line.subject_name),
            sort="subject_name",
        ),
        Column("terms", "Terms", _terms),
        Column(
            "time",
            "Counted",
            lambda line: cells.bar(
                line.seconds, longest_seconds, text=formats.duration(line.seconds), is_limit=False
            ),
        ),
        Column("seconds", "Seconds", lambda line: f"{line.seconds:,}", sort="seconds", kind="number"),
        Column("account", "Account", "account_name", sort="account_name", least=RoleKind.DOMAIN_ADMIN),
        Column(
            "since", "Since", lambda line: cells.moment(line.started_at), sort="started_at", on_phone=False
        ),
        Column(
            "until",
            "Until",
            lambda line: cells.moment(line.ended_at) if line.ended_at else cells.state("running"),
            on_phone=False,
        ),
    )


def _in_order(lines: list[UsageLine], sort: str, columns: Sequence[Column]) -> list[UsageLine]:
    """The lines by the column named in `sort`, as in lists; the longest first where none is."""
    known = {one.name: one.sort for one in columns if one.sort}
    by = known.get(sort.removeprefix("-"))
    if by is None:
        return sorted(lines, key=attrgetter("seconds"), reverse=True)
    return sorted(lines, key=attrgetter(by), reverse=sort.startswith("-"))


def _account(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        # No account has it, so nothing is found.
        return UUID(int=0)


def _account_chip(caller: Caller, asked: Asked, account: UUID | None) -> Chip | None:
    if account is None:
        return None
    holder = subjects.holders_of("account", caller, [account]).get(account)
    return Chip("Account", holder.name if holder else str(account), asked.url(account=""), ())


def usage(request: HttpRequest, caller: Caller) -> HttpResponse:
    """One month's usage of one kind, of one account or of all, the longest first."""
    month = Month.of(request.GET.get("month", ""))
    meter = request.GET.get("meter", "")
    meter = meter if meter in _WORDS else meters.RUNNING_INSTANCE
    account = _account(request.GET.get("account", ""))
    kept = (("month", month.name), ("meter", meter), ("account", str(account or "")))
    asked = replace(Asked.of(reverse("portal:usage"), request.GET, ()), search="", filters=kept)
    found = queries.usage_for(caller, month.since, month.until, meter=meter, account_uuid=account)
    columns = columns_for(caller, _columns(meter, max((line.seconds for line in found), default=1)))
    lines = _in_order(found, asked.sort, columns)
    shown = Paginator(lines, LINES_A_PAGE).get_page(asked.page)
    headings = [heading_of(one, asked) for one in columns]
    total = sum(line.seconds for line in lines)
    is_past = month.since < Month.of("").since
    values = {
        "page_title": "Usage",
        "month": month,
        "meters": [Option(words[0], asked.url(meter=name), name == meter) for name, words in _WORDS.items()],
        "account": _account_chip(caller, asked, account),
        "before_url": asked.url(month=month.before.name),
        "after_url": asked.url(month=f"{month.until:%Y-%m}") if is_past else "",
        "total": formats.duration(total),
        "total_seconds": f"{total:,}",
        "count": len({line.subject_uuid for line in lines}),
        "headings": headings,
        "sorts": [one for one in headings if one.url],
        "rows": rows_of(columns, shown.object_list),
        "page": shown,
        "previous_url": asked.url(page=shown.previous_page_number()) if shown.has_previous() else "",
        "next_url": asked.url(page=shown.next_page_number()) if shown.has_next() else "",
    }
    return render(request, "usage/usage.html", values)


menu.entry("Usage", "usage", icon="usage", section="Activity", order=30, action=actions.READ)

urlpatterns = [path("usage/", page(usage), name="usage")]
