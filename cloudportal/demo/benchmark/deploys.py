"""How many deployments a second so many workers get done, on simulated hosts."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Count, Max, Min

from cloudportal.core.caller import Caller
from cloudportal.demo import programs
from cloudportal.demo.place import Place
from cloudportal.demo.processes import Supervisor
from cloudportal.demo.seeding import World
from cloudportal.demo.seeding.readiness import wait_until_ready
from cloudportal.jobs import states
from cloudportal.jobs.models import Job
from compute.services import instances
from compute.services.instances import DeployValues

# Both rounds together fit into the addresses of the small world's network.
DEPLOYS = 40
LOOK_SECONDS = 0.1
CONNECT_SECONDS = 60.0

log = logging.getLogger(__name__)


def connect(place: Place, world: World) -> None:
    """Has a worker connect what seeding has only written down. Raises NotReady."""
    with _working(place, workers=1):
        wait_until_ready(world.places, world.catalogue, seconds=CONNECT_SECONDS, progress=log.debug)


def per_second(place: Place, caller: Caller, world: World, *, workers: int) -> float:
    """Submits deployments, then has them done by this many workers of one process each."""
    values = DeployValues(
        zone=world.places.zone.uuid,
        template=world.catalogue.template.uuid,
        offering=world.catalogue.offering.uuid,
    )
    jobs = Job.objects.filter(pk__in=[instances.deploy(caller, values)[1].pk for _ in range(DEPLOYS)])
    with _working(place, workers=workers):
        while jobs.filter(state__in=states.OPEN).exists():
            time.sleep(LOOK_SECONDS)
    times = jobs.filter(state=states.DONE).aggregate(
        count=Count("pk"), began=Min("started_at"), ended=Max("ended_at")
    )
    return float(times["count"] / (times["ended"] - times["began"]).total_seconds())


@contextmanager
def _working(place: Place, *, workers: int) -> Iterator[None]:
    supervisor = Supervisor()
    wanted = [programs.worker(place, name=f"bench-{number}", processes=1) for number in range(workers)]
    try:
        programs.wait_until_ready(wanted, programs.spawn(wanted, place, supervisor))
        yield
    finally:
        supervisor.end()
