"""Many instances at once, with a world that fails, loses answers and hangs: in the end rows and world say the same."""

import random
from dataclasses import replace

import pytest
from django.db import transaction

from cloudportal.core.errors import PortalError
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Hold, Job
from compute import states
from compute.models import Instance
from compute.services import instances
from compute.services.instances import ResizeValues
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import caller, make_caller, make_root_admin
from tests.support.factories_compute import make_cloud, make_offering, submit_deployment
from tests.support.factories_infra import make_network
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db

SEED = 20
OPERATIONS = (
    "ensure_guest",
    "set_power",
    "remove_guest",
    "grow_guest",
    "find_guest",
    "ensure_volume",
    "remove_volume",
    "ensure_reservation",
    "remove_reservation",
)
WAYS = (
    (FaultKind.FAIL, "refused"),
    (FaultKind.FAIL, "unreachable"),
    (FaultKind.FAIL, "busy"),
    (FaultKind.LOSE_ANSWER, "unreachable"),
    (FaultKind.HANG, "unreachable"),
)


class Crowd:
    """A cloud full of instances of one tenant, and a die that decides what is done to each and what goes wrong."""

    def __init__(self, count):
        self.die = random.Random(SEED)
        cloud = make_cloud(hosts=4, host={"cpus": 4096, "memory_mib": 4 * 2**20})
        network = make_network(
            cloud.zone,
            cidr="10.64.0.0/16",
            last=f"10.64.{(count + 60) // 250}.250",
            settings=cloud.network.settings,
        )
        self.cloud, self.owner = replace(cloud, network=network), make_caller()
        self.larger = make_offering(cpus=2, memory_mib=1024)
        for _ in range(count):
            submit_deployment(self.cloud, self.owner, start=self.die.random() < 0.5)

    def verbs(self):
        """By state, what may be done."""
        resize = ResizeValues(offering=self.larger.uuid)
        return {
            states.RUNNING: (
                instances.stop,
                instances.reboot,
                instances.destroy,
                lambda who, row: instances.resize(who, row, resize),
                instances.reinstall,
            ),
            states.STOPPED: (
                instances.start,
                lambda who, row: instances.resize(who, row, resize),
                instances.reinstall,
                instances.destroy,
            ),
            states.DESTROYED: (instances.recover, instances.expunge),
            states.ERROR: (instances.retry, instances.expunge),
        }

    def break_something(self, times):
        for _ in range(times):
            kind, error = self.die.choice(WAYS)
            operation = self.die.choice(OPERATIONS)
            count = self.die.randint(1, 6)
            self.cloud.world.inject(Fault(operation=operation, kind=kind, error=error, count=count))

    def stir(self):
        """Does something to every instance that is at rest, by what its state allows."""
        verbs = self.verbs()
        rows = Instance.objects.select_related("account__domain", "zone", "offering", "template", "host")
        for row in rows.filter(state__in=verbs):
            self.attempt(self.die.choice(verbs[row.state]), row)

    def attempt(self, verb, row):
        try:
            with transaction.atomic():
                verb(self.owner, row)
        except PortalError:
            # One that has the larger size already, or for which there is no room: said at once, nothing begun.
            return

    def settle(self):
        """The world is sound again, and operators take up every clean-up that got stuck."""
        self.cloud.world.clear_faults()
        run_jobs(most=20_000)
        root = caller(make_root_admin())
        for job in Job.objects.filter(state="failed", cursor__gt=0):
            jobs.resume(root, job)
        run_jobs(most=20_000)


def live(count, rounds):
    crowd = Crowd(count)
    crowd.break_something(count // 8)
    run_jobs(most=20_000)
    for _ in range(rounds):
        crowd.stir()
        crowd.break_something(count // 8)
        run_jobs(most=20_000)
    assert Job.objects.filter(state="failed").exists()
    crowd.settle()
    assert not Hold.objects.exists()
    assert not Instance.objects.filter(state__in=states.INSTANCE.transient).exists()
    world_equals_rows(crowd.cloud)
    return Instance.objects.count()


def test_a_hundred_instances_bear_a_failing_world():
    assert live(100, 1) == 100
