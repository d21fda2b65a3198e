"""Proves that the ledger is what the marks say, and makes it anew where it is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.events import alerts, records
from cloudportal.events.models import MeterMark
from cloudportal.events.records import About
from usage import actions, ledger
from usage.models import UsageInterval
from usage.projection import Interval, project

ALERT = "usage-differs"


@dataclass(frozen=True)
class Difference:
    """A subject whose intervals are not what its marks make."""

    subject_uuid: UUID
    subject_name: str
    sentence: str


@dataclass(frozen=True)
class Verification:
    """How many subjects were compared, and which differ."""

    subjects: int
    differences: tuple[Difference, ...]


def verify(caller: Caller) -> Verification:
    """Compares the intervals of every subject with those its marks make; each difference raises an alert.

    A subject that agrees again has its alert cleared. Changes nothing in the ledger but folding what is due.
    """
    actions.VERIFY.permit(caller)
    ledger.fold()
    subjects = 0
    differences = []
    for subject_uuid, marks in _marks_by_subject():
        subjects += 1
        difference = _difference(subject_uuid, marks) and _second_look(subject_uuid)
        if difference is None:
            alerts.clear_alert(ALERT, f"usage:{subject_uuid}")
            continue
        differences.append(difference)
        about = About("usage record", subject_uuid, difference.subject_name)
        alerts.raise_alert(ALERT, f"usage:{subject_uuid}", difference.sentence, about=about)
    sentence = f"Compares the usage records of {subjects} subjects with their meter marks; {len(differences)} differ."
    plans.note("verify", sentence)
    return Verification(subjects, tuple(differences))


@transaction.atomic
def rebuild(caller: Caller, subject_uuid: UUID) -> int:
    """The subject's intervals made anew from all of its marks; returns how many there are. May be called again."""
    actions.REBUILD.permit(caller)
    made = project(MeterMark.objects.filter(subject_uuid=subject_uuid).order_by("id"))
    UsageInterval.objects.filter(subject_uuid=subject_uuid).delete()
    for interval in made.values():
        ledger.write(interval)
    name = next((one.subject_name for one in made.values()), "")
    records.record(
        caller,
        "USAGE.REBUILD",
        About("usage record", subject_uuid, name),
        after={"intervals": len(made)},
        sentence=f"The usage records of {name or subject_uuid} were made anew from its meter marks.",
    )
    alerts.clear_alert(ALERT, f"usage:{subject_uuid}", by=caller.user_name)
    return len(made)


def _marks_by_subject() -> Iterator[tuple[UUID, list[MeterMark]]]:
    marks = MeterMark.objects.order_by("subject_uuid", "id").iterator(chunk_size=2000)
    for subject_uuid, group in groupby(marks, key=lambda mark: mark.subject_uuid):
        yield subject_uuid, list(group)


def _second_look(subject_uuid: UUID) -> Difference | None:
    # What was marked and folded between our two reads looks like a difference once, and not again.
    ledger.fold()
    return _difference(subject_uuid, list(MeterMark.objects.filter(subject_uuid=subject_uuid).order_by("id")))


def _difference(subject_uuid: UUID, marks: list[MeterMark]) -> Difference | None:
    wanted = project(marks)
    rows = UsageInterval.objects.filter(subject_uuid=subject_uuid, start_mark__lte=marks[-1].id)
    found = {row.start_mark: Interval.of(row) for row in rows}
    if wanted == found:
        return None
    name = marks[-1].subject_name
    sentence = (
        f"The usage records of {name} are not what its meter marks say: {len(found)} intervals are kept and "
        f"{len(wanted)} follow from the marks. Look at both, then have the records made anew."
    )
    return Difference(subject_uuid, name, sentence)
