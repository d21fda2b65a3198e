"""The Celery tasks: one per family of queues for jobs, and one tick for regular work. They carry ids only."""

from celery import Task, shared_task

from cloudportal.jobs.workflows import QUEUES


def _run(job_uuid: str) -> None:
    from cloudportal.jobs import runner

    runner.run(job_uuid)


_TASKS: dict[str, Task] = {
    queue: shared_task(name=f"jobs.{queue}", ignore_result=True)(_run) for queue in QUEUES
}


def task_for(queue: str) -> Task:
    """The task that workers of this queue family listen to."""
    return _TASKS[queue]


@shared_task(name="jobs.tick", ignore_result=True)
def tick() -> None:
    """Does whatever regular work is due; several workers share it without doing anything twice."""
    from cloudportal.jobs import periodic

    periodic.run_due()
