"""Fitting services to operations: plain values into a service's dataclass, a service's job into an answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from cloudportal.api.work import Work


def into(kind: type[Any], service: Callable[..., Any]) -> Callable[..., Any]:
    """Calls the service with the last argument, a dictionary, as an instance of the dataclass `kind`."""

    @wraps(service)
    def call(*arguments: Any) -> Any:
        *subjects, values = arguments
        return service(*subjects, kind(**values))

    return call


def spread(service: Callable[..., Any]) -> Callable[..., Any]:
    """Calls the service with the last argument, a dictionary of declared fields, as keyword options."""

    @wraps(service)
    def call(*arguments: Any) -> Any:
        *subjects, values = arguments
        return service(*subjects, **values)

    return call


def working(service: Callable[..., Any]) -> Callable[..., Work | None]:
    """The same service with its job, or its row and job, as Work; None stays None."""

    @wraps(service)
    def call(*arguments: Any) -> Work | None:
        outcome = service(*arguments)
        if isinstance(outcome, tuple):
            row, job = outcome
            return Work(job, row)
        return None if outcome is None else Work(outcome)

    return call
