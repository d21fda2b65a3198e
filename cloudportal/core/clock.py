"""The one place that asks for the time, so that tests can hold it still."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment in UTC, to the microsecond."""
    return timezone.now()
