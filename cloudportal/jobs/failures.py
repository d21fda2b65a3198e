"""What an exception in a step means: look again later, turn back with a sentence, or a mistake of ours."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cloudportal.core.contention import gave_way
from cloudportal.core.errors import PortalError
from cloudportal.drivers.errors import DriverError

# Alerts about a job: it failed by a fault of ours; its undo is stuck.
FAILED_ALERT = "job-failed"
STUCK_ALERT = "job-stuck"
OUR_FAULT = (
    "Something went wrong on our side and the work was undone. "
    "The operators have been told; try again, and write to them with this job's number if it happens again."
)

GAVE_WAY = "Others were changing the same things at this moment, so nothing was written."


@dataclass(frozen=True)
class Failure:
    """An exception, weighed. `detail` is for operators only."""

    code: str
    sentence: str
    detail: str
    may_be_tried_again: bool
    is_ours: bool
    values: dict[str, Any] = field(default_factory=dict)


def alert_key(job_uuid: UUID) -> str:
    """Under which alerts about a job are raised and cleared."""
    return f"job:{job_uuid}"


def weigh(error: Exception) -> Failure:
    """The meaning of what a step raised."""
    if isinstance(error, PortalError):
        return Failure(error.code, error.detail, "", False, False, _plain(error.values))
    if gave_way(error):
        return Failure("busy", GAVE_WAY, str(error), True, False)
    if isinstance(error, DriverError):
        code = _dashed(type(error).__name__)
        return Failure(code, error.sentence, error.detail, error.is_retryable, not error.is_retryable)
    return Failure("internal", OUR_FAULT, f"{type(error).__name__}: {error}", False, True)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    kept = (str, int, float, bool, list, dict, type(None))
    return {name: value if isinstance(value, kept) else str(value) for name, value in values.items()}


def _dashed(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
