"""What can go wrong, in words for the person who asked; every door renders these the same way."""

from typing import Any, ClassVar


class PortalError(Exception):
    """A refusal with a stable `code`, an HTTP `status`, a `detail` sentence, its `values`, and faulty `fields`.

    `fields` maps a field's name to the sentences that say what is wrong with it.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    sentence: ClassVar[str] = "The request could not be carried out."

    def __init__(
        self, detail: str | None = None, *, fields: dict[str, list[str]] | None = None, **values: Any
    ) -> None:
        self.values = values
        self.fields = fields or {}
        self.detail = detail or self.sentence.format(**values)
        super().__init__(self.detail)


class InvalidInput(PortalError):
    """A value is missing or wrong; `fields` says which and why."""

    code = "invalid-input"
    status = 400
    sentence = "Some values need another look."

    @classmethod
    def of(cls, field: str, sentence: str) -> "InvalidInput":
        """The refusal of a single field."""
        return cls(sentence, fields={field: [sentence]})


class NotSignedIn(PortalError):
    """Nobody we know asks, or no longer."""

    code = "not-signed-in"
    status = 401
    sentence = "Sign in first, or send a valid token or API key."


class NotPermitted(PortalError):
    """The caller's role does not allow the action."""

    code = "not-permitted"
    status = 403
    sentence = "Your role does not allow {action}. Ask an administrator of your domain for a role that does."


class NotFound(PortalError):
    """No such thing, or not the caller's: the two must look alike."""

    code = "not-found"
    status = 404
    sentence = "There is no {noun} {uuid} that you may use."


class WrongState(PortalError):
    """The thing is in a state in which the action makes no sense."""

    code = "wrong-state"
    status = 409
    sentence = "The {noun} is {state}. To {action} it must be {needed}."


class Conflict(PortalError):
    """Something else holds or uses what the change needs."""

    code = "conflict"
    status = 409
    sentence = "Something else is using this right now. Try again when it has finished."


class Busy(Conflict):
    """Another job holds the thing."""

    code = "busy"
    sentence = "Another job is working on {noun}. It can be changed when that job has finished."


class LimitReached(PortalError):
    """A limit on the path account → … → ROOT would be passed; `values` say whose and by how much."""

    code = "limit-reached"
    status = 409
    sentence = (
        "{owner} may have {maximum} {resource}; {used} are in use and {wanted} more were asked for. "
        "Free some, or ask for more."
    )


class NoRoom(PortalError):
    """No host, pool or address can take it; `values["funnel"]` says which check refused how many."""

    code = "no-room"
    status = 409
    sentence = "There is no room for this right now. {reason}"


class PlanChanged(PortalError):
    """What would happen is no longer what the caller agreed to."""

    code = "plan-changed"
    status = 412
    sentence = "Things have changed since the plan was made. Look at the new plan and confirm again."


class EditedMeanwhile(PortalError):
    """The caller's copy is out of date (If-Match)."""

    code = "edited-meanwhile"
    status = 412
    sentence = "Somebody changed this since you opened it. Reload it and make your change again."


class TooManyRequests(PortalError):
    """Slow down; `values["retry_after_seconds"]` says for how long."""

    code = "too-many-requests"
    status = 429
    sentence = "Too many tries. Wait {retry_after_seconds} seconds before the next."
