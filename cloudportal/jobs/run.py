"""What a step sees of its job: subject, arguments, notes, and ways to speak and to show progress."""

import threading
from typing import Any
from uuid import UUID

from cloudportal.jobs import leases, services
from cloudportal.jobs.models import Job


class Run:
    """One go of a worker at a job.

    `notes` is what the steps wrote down for each other; changes to it are saved with the cursor, in the same
    transaction as the step's rows.
    """

    def __init__(
        self, job: Job, lease: leases.Lease | None = None, lost: threading.Event | None = None
    ) -> None:
        self.job = job
        self._lease = lease
        self._lost = lost or threading.Event()
        self.notes: dict[str, Any] = dict(job.notes)

    @property
    def arguments(self) -> dict[str, Any]:
        """What the job was submitted with."""
        return self.job.arguments

    @property
    def subject_uuid(self) -> UUID:
        """The uuid of the thing that the job is about."""
        if self.job.subject_uuid is None:
            raise LookupError(f"Job {self.job.uuid} is about nothing in particular.")
        return self.job.subject_uuid

    @property
    def was_given_up(self) -> bool:
        """True while its undo is taken up again after it had got stuck: others may have had its subject meanwhile.

        Never where its subject could not be settled then: that is still as the job left it, and is undone as such.
        """
        return bool(self.job.message_values.get("was_given_up")) and not self.job.is_unsettled

    def check_lease(self) -> None:
        """Raises LostLease once another worker may have the job. Long steps ask between their effects."""
        if self._lost.is_set():
            raise leases.LostLease(str(self.job.uuid))

    def say(self, sentence: str, *, level: str = "info", for_operators: bool = False) -> None:
        """Adds a sentence to the job's log, at once."""
        services.say(self.job, sentence, level=level, for_operators=for_operators)

    def keep(self, name: str, value: Any) -> None:
        """Writes a note at once, for one that is to stay although the step fails. Raises LostLease."""
        self.notes[name] = value
        if self._lease is not None:
            leases.write(self._lease, notes={**self.job.notes, name: value})

    def show_progress(self, fraction: float, *, steps: int) -> None:
        """Shows how far the running step is, 0 to 1, as part of the whole."""
        self.check_lease()
        share = (self.job.cursor + min(max(fraction, 0.0), 1.0)) / max(steps, 1)
        if self._lease is not None:
            leases.write(self._lease, progress=min(99, round(100 * share)))
