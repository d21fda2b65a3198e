"""The faults a driver may report, so that callers decide by kind and never by a vendor's code."""

from __future__ import annotations

from typing import ClassVar

DETAIL_LIMIT_CHARACTERS = 1000


class DriverError(Exception):
    """A fault of the outside world.

    `sentence` may be shown to any user: what happened, what it means, what to do. `detail` is for operators
    only; it never holds a secret. `is_retryable` says whether the same call may succeed later, after looking.
    """

    is_retryable: ClassVar[bool] = False
    code: ClassVar[str] = "driver-error"
    default_sentence: ClassVar[str] = (
        "The infrastructure reported a fault that we do not know. Nothing more was tried; the operators "
        "can see the cause."
    )

    def __init__(self, sentence: str | None = None, *, detail: str = "") -> None:
        self.sentence = sentence or self.default_sentence
        self.detail = detail[:DETAIL_LIMIT_CHARACTERS]
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return f"{self.sentence} [{self.detail}]" if self.detail else self.sentence

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.sentence, self.detail)


def _rebuild(kind: type[DriverError], sentence: str, detail: str) -> DriverError:
    return kind(sentence, detail=detail)


class Unreachable(DriverError):
    """Nobody answered, and nothing was changed."""

    is_retryable = True
    code = "unreachable"
    default_sentence = (
        "The host cannot be reached, so nothing was changed. We try again by ourselves; if it lasts, the "
        "operators are told."
    )


class Busy(DriverError):
    """The other side is doing something else with the same thing; nothing was changed."""

    is_retryable = True
    code = "busy"
    default_sentence = (
        "The host is still busy with earlier work on this, so nothing was changed. We try again shortly."
    )


class OutcomeUnknown(DriverError):
    """The work was begun and its answer was lost or came too late: it may or may not have happened. Look
    again.
    """

    is_retryable = True
    code = "outcome-unknown"
    default_sentence = (
        "The host did not answer in time, so we cannot tell whether this was done. We are checking; "
        "nothing is needed from you."
    )


class WrongCredentials(DriverError):
    """The other side refused who we are."""

    code = "wrong-credentials"
    default_sentence = (
        "The host refused our credentials, so nothing was changed. An operator must correct the host's "
        "settings."
    )


class Refused(DriverError):
    """The other side understood and said no; the same call would be refused again."""

    code = "refused"
    default_sentence = "The host refused this, so nothing was changed. The operators can see the cause."


class InvalidSpec(Refused):
    """A spec that no driver may accept, found before anything was sent."""

    code = "invalid-spec"
    default_sentence = "The request holds a value that cannot be passed to the host, so nothing was changed."


class NotThere(DriverError):
    """The thing named by the caller does not exist on the other side."""

    code = "not-there"
    default_sentence = "The host does not have this any more, so there was nothing to do it to."


class Unsupported(DriverError):
    """The other side, or this driver, cannot do this at all."""

    code = "unsupported"
    default_sentence = "This host cannot do that, so nothing was changed. Choose another way or another host."


class Leftover(DriverError):
    """A create failed and could not be cleaned up; `detail` names what was left behind."""

    code = "leftover"
    default_sentence = (
        "This failed, and a part of it could not be removed again. An operator must look at the host "
        "before it is tried again."
    )


ERRORS: dict[str, type[DriverError]] = {
    error.code: error
    for error in (
        Unreachable,
        Busy,
        OutcomeUnknown,
        WrongCredentials,
        Refused,
        NotThere,
        Unsupported,
        Leftover,
    )
}
