"""Ringing workers through the broker. A bell that nobody hears costs a delay: the sweeper rings again."""

import logging
from uuid import UUID

from celery import current_app

from cloudportal.jobs import tasks

log = logging.getLogger(__name__)


def ring(job_uuid: UUID, queue: str, *, in_seconds: float = 0) -> None:
    """Tells the workers of the queue that the job waits. Never raises: the row, not the bell, is the truth."""
    try:
        with current_app.producer_or_acquire() as producer:
            # A request must not wait for a broker that is gone: one quick try, then the sweeper's turn.
            producer.connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0.1)
            tasks.task_for(queue).apply_async(
                args=[str(job_uuid)], countdown=in_seconds or None, retry=False, producer=producer
            )
    except Exception as error:
        log.warning(
            "The broker did not take the bell of job %s (%s); the sweeper will ring again.", job_uuid, error
        )
