"""Ringing workers through the broker. A bell that nobody hears costs a delay: the sweeper rings again."""

import logging
from uuid import UUID

from cloudportal.jobs import tasks

log = logging.getLogger(__name__)


def ring(job_uuid: UUID, queue: str, *, in_seconds: float = 0) -> None:
    """Tells the workers of the queue that the job waits. Never raises: the row, not the bell, is the truth."""
    try:
        tasks.task_for(queue).apply_async(args=[str(job_uuid)], countdown=in_seconds or None, retry=False)
    except Exception as error:
        log.warning(
            "The broker did not take the bell of job %s (%s); the sweeper will ring again.", job_uuid, error
        )
