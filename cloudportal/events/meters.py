"""Starting and stopping the meters of whatever is paid by time. Marks are facts; the ledger is made from them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cloudportal.core import clock
from cloudportal.core.caller import Owner
from cloudportal.events.models import MeterMark

RUNNING_INSTANCE = "running-instance"
ALLOCATED_INSTANCE = "allocated-instance"
VOLUME = "volume"
TEMPLATE = "template"
SNAPSHOT = "snapshot"
INSTANCE_SNAPSHOT = "instance-snapshot"
ADDRESS = "address"
METERS = (RUNNING_INSTANCE, ALLOCATED_INSTANCE, VOLUME, TEMPLATE, SNAPSHOT, INSTANCE_SNAPSHOT, ADDRESS)


def start(
    meter: str,
    subject: Any,
    owner: Owner,
    quantities: dict[str, Any],
    *,
    zone_uuid: UUID | None = None,
    at: datetime | None = None,
) -> None:
    """From now (or `at`) the subject counts. A meter that runs already is left alone."""
    if is_running(meter, subject.uuid):
        return
    _mark(meter, True, subject, owner, quantities, zone_uuid, at)


def stop(meter: str, subject: Any, owner: Owner, *, at: datetime | None = None) -> None:
    """From now (or `at`) the subject counts no longer. A meter that does not run is left alone."""
    if is_running(meter, subject.uuid):
        _mark(meter, False, subject, owner, {}, None, at)


def hand_over(meter: str, subject: Any, owner: Owner) -> None:
    """From now on what the subject counts is another owner's, without a gap. One that stands still is left alone."""
    last = _last(meter, subject.uuid)
    if last is None or not last.starts:
        return
    moment = clock.now()
    before = Owner(0, last.account_uuid, last.account_name, last.domain_path)
    _mark(meter, False, subject, before, {}, None, moment)
    _mark(meter, True, subject, owner, last.quantities, last.zone_uuid, moment)


def is_running(meter: str, subject_uuid: UUID) -> bool:
    """True between a start and its stop."""
    last = _last(meter, subject_uuid)
    return last is not None and last.starts


def _last(meter: str, subject_uuid: UUID) -> MeterMark | None:
    return MeterMark.objects.filter(meter=meter, subject_uuid=subject_uuid).order_by("-id").first()


def _mark(
    meter: str,
    starts: bool,
    subject: Any,
    owner: Owner,
    quantities: dict[str, Any],
    zone: UUID | None,
    at: datetime | None,
) -> None:
    MeterMark.objects.create(
        meter=meter,
        starts=starts,
        at=at or clock.now(),
        subject_uuid=subject.uuid,
        subject_name=str(getattr(subject, "name", subject)),
        account_uuid=owner.account_uuid,
        account_name=owner.account_name,
        domain_path=owner.domain_path,
        zone_uuid=zone,
        quantities=quantities,
    )
