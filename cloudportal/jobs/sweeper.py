"""Finds jobs that nobody was told about, or whose worker fell silent, and rings for them again."""

from datetime import timedelta

from django.db.models import F, Q

from cloudportal.core import clock
from cloudportal.jobs import bells, leases
from cloudportal.jobs.models import Job

# A bell not answered for this long is taken for lost. Ringing twice is harmless, so it is short.
UNHEARD_SECONDS = 15
MOST = 500


def sweep() -> int:
    """Rings for every job that is due and was not rung for lately; returns for how many."""
    moment = clock.now()
    unheard = Q(rung_at__isnull=True) | Q(rung_at__lt=moment - timedelta(seconds=UNHEARD_SECONDS))
    came_due_since = Q(rung_at__lt=F("not_before"))
    jobs = Job.objects.filter(leases.due(moment)).filter(unheard | came_due_since).order_by("id")
    rung = 0
    for job in jobs.only("id", "uuid", "queue", "rung_at")[:MOST]:
        # Guarded, so that several sweepers ring once between them.
        if Job.objects.filter(pk=job.pk, rung_at=job.rung_at).update(rung_at=moment):
            bells.ring(job.uuid, job.queue)
            rung += 1
    return rung
