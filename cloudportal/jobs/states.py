"""The life of a job."""

from cloudportal.core.states import StateTable, group

QUEUED = "queued"
RUNNING = "running"
DONE = "done"
FAILED = "failed"
CANCELLED = "cancelled"

OPEN = (QUEUED, RUNNING)
CLOSED = (DONE, FAILED, CANCELLED)

JOB = StateTable(
    noun="job",
    initial=QUEUED,
    transient=frozenset(OPEN),
    final=frozenset({DONE, CANCELLED}),
    groups=(
        group(
            "A worker takes the job, and may lose it to another when it falls silent.",
            (QUEUED, "claim", RUNNING),
            (RUNNING, "claim", RUNNING),
            (RUNNING, "wait", QUEUED),
        ),
        group(
            "It ends in one of three ways.",
            (RUNNING, "finish", DONE),
            (RUNNING, "fail", FAILED),
            (RUNNING, "cancel", CANCELLED),
        ),
        group("An operator lets a failed job take up its unfinished undo again.", (FAILED, "resume", QUEUED)),
    ),
)
