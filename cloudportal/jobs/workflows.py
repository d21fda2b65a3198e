"""What a workflow is: ordered steps with undo, registered under the kind of job that it does."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.errors import WrongState

if TYPE_CHECKING:
    from cloudportal.jobs.run import Run

QUEUES = ("compute", "storage", "network", "housekeeping", "usage")


class Step:
    """One step. It looks before it acts, and bears being done twice, by two workers at once, or after a crash.

    `act` and `undo` may touch the outside world and run outside any transaction; `record` and `record_undo`
    write rows in the same short transaction that moves the job's cursor, and touch nothing else. What `act`
    returns is handed to `record`. `undo` tolerates that the step never happened.
    """

    name: ClassVar[str]
    label: ClassVar[str]

    def act(self, run: "Run") -> Any:
        """Changes the outside world, or finds that it is changed already."""

    def record(self, run: "Run", result: Any) -> None:
        """Writes down what came of it."""

    def undo(self, run: "Run") -> Any:
        """Takes the effect back, if there is one."""

    def record_undo(self, run: "Run", result: Any) -> None:
        """Writes down that it is taken back."""


class Workflow:
    """The steps of one kind of job, and what becomes of its subject at the end.

    `action` is what a caller begins such a job by, and so must be allowed who has one tried again. `reads` names the
    models, as `app.model` in small letters, whose rows its jobs may hold but never change: those may be another's.
    """

    kind: ClassVar[str]
    queue: ClassVar[str]
    label: ClassVar[str]
    steps: ClassVar[tuple[type[Step], ...]]
    action: ClassVar[Action | None] = None
    reads: ClassVar[frozenset[str]] = frozenset()

    def failed(self, run: "Run") -> None:
        """Runs in the transaction that closes a failed or cancelled job: states back, limits released."""

    def permit(self, caller: Caller, run: "Run") -> None:
        """Returns where the caller may have it tried again, who may try jobs again and sees all that this one works on.

        Raises NotPermitted, and where more than the action counts what its service raises.
        """
        if self.action is not None:
            self.action.permit(caller)

    def retry(self, run: "Run") -> None:
        """Prepares the subject for another go, in the transaction that submits the new job.

        Raises a PortalError where it cannot be; workflows that cannot be tried again leave this as it is.
        """
        raise WrongState(
            "This job cannot be tried again as it was. Start the action anew from the thing itself.",
        )


W = TypeVar("W", bound=type[Workflow])

_registered: dict[str, type[Workflow]] = {}


def workflow(cls: W) -> W:
    """Class decorator: registers a workflow under its kind."""
    if cls.queue not in QUEUES:
        raise ValueError(f"{cls.kind}: there is no queue {cls.queue}.")
    if _registered.setdefault(cls.kind, cls) is not cls:
        raise ValueError(f"Two workflows claim {cls.kind}.")
    return cls


def workflow_for(kind: str) -> Workflow:
    """The workflow that does this kind of job. Raises LookupError for a kind that this program does not know."""
    try:
        return _registered[kind]()
    except KeyError:
        raise LookupError(f"No workflow does {kind} jobs.") from None


def all_workflows() -> Iterator[type[Workflow]]:
    """Every registered workflow, by kind."""
    for kind in sorted(_registered):
        yield _registered[kind]
