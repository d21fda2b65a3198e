"""More deployments at once than there is room for, on several workers: hosts are filled exactly, never overfilled."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Count, Sum

from cloudportal.core import clock
from cloudportal.jobs import states as job_states
from cloudportal.jobs import sweeper
from cloudportal.jobs.models import Job
from compute.models import Instance
from compute.topology.models import Host
from tenants.resources import Resource
from tenants.services.limits_recount import find_drift
from tests.support.factories import account_of, make_caller, make_domain
from tests.support.factories_compute import (
    guests_of,
    make_affinity_group,
    make_cloud,
    make_offering,
    submit_deployment,
)
from tests.support.processes import wait_until
from tests.support.races import at_once

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

DEPLOYMENTS = 64
HOSTS = 4
WORKERS = 3
# With the over-commit: 10 CPUs and 4800 MiB for a host, so nine of 512 MiB and, always, one more of 64 MiB.
PROMISED_CPUS, PROMISED_MIB = 10, 4800
FITTING_PER_HOST = 9
FILLED = (10, 9 * 512 + 64)
NO_ROOM = (
    "There is no room for this right now. No host has 1 CPU and 512 MiB of memory left. Choose a smaller size or "
    "another zone, or try again later."
)

# What deploying reserves. The template, made straight in the database, was never counted.
COUNTED = (
    Resource.INSTANCES,
    Resource.CPUS,
    Resource.MEMORY_MIB,
    Resource.VOLUMES,
    Resource.PRIMARY_STORAGE_GIB,
)


@pytest.fixture
def cloud():
    return make_cloud(
        hosts=HOSTS,
        cluster={"cpu_overcommit": Decimal(2), "memory_overcommit": Decimal("1.5")},
        host={"cpus": 5, "memory_mib": 3200},
        addresses=DEPLOYMENTS,
    )


@pytest.fixture
def claims_seen():
    """Tells every claim on a host that was ever committed, as (CPUs, MiB): the database itself notes them."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE claims_seen (cpus bigint, memory_mib bigint)")
        cursor.execute(
            f"CREATE TRIGGER see_claims AFTER UPDATE ON {Host._meta.db_table} FOR EACH ROW BEGIN "
            "INSERT INTO claims_seen VALUES (NEW.claimed_cpus, NEW.claimed_memory_mib); END"
        )
    yield _every_claim
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER see_claims")
        cursor.execute("DROP TABLE claims_seen")


def _every_claim():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cpus, memory_mib FROM claims_seen")
        return cursor.fetchall()


@pytest.fixture
def crowd(cloud):
    """64 deployments by four tenants that were submitted at the same moment, and the group of four among them that
    are strictly kept apart. The four are small, so that hosts that are full for the others have room for one.
    """
    domain = make_domain()
    tenants = [make_caller(domain) for _ in range(4)]
    group, small = make_affinity_group(account_of(tenants[0])), make_offering(cpus=1, memory_mib=64)
    apart = {number: {"affinity_groups": (group.uuid,), "offering": small.uuid} for number in (0, 16, 32, 48)}

    def submit(number):
        return submit_deployment(cloud, tenants[number % 4], name=f"vm-{number}", **apart.get(number, {}))

    submitted = at_once(DEPLOYMENTS, submit)
    assert [one for one in submitted if isinstance(one, Exception)] == []
    return group


def ring_for_all():
    """All bells at one moment, when all workers listen; those of the submissions were lost."""
    Job.objects.update(rung_at=clock.now() - timedelta(minutes=5))
    assert sweeper.sweep() == DEPLOYMENTS


def test_64_deployments_at_once_on_several_workers_fill_the_hosts_exactly(
    crowd, cloud, claims_seen, folder_broker, start_workers
):
    workers = start_workers(WORKERS, PORTAL_BROKER=f"filesystem://{folder_broker}")
    wait_until(lambda: all("ready." in worker.log.read_text() for worker in workers))
    ring_for_all()
    wait_until(lambda: not Job.objects.filter(state__in=job_states.OPEN).exists(), seconds=300, every=0.2)

    assert all("succeeded in" in worker.log.read_text() for worker in workers)
    those_that_fit_run_and_the_others_say_what_is_missing()
    no_host_was_ever_overfilled(claims_seen())
    claims_are_what_instances_hold()
    assert crowd.instances.values("host").distinct().count() == crowd.instances.count() == HOSTS
    running = Instance.objects.filter(state="running").values_list("uuid", flat=True)
    assert set(guests_of(cloud)) == set(running)
    assert find_drift(COUNTED) == []


def those_that_fit_run_and_the_others_say_what_is_missing():
    fitting = HOSTS * (FITTING_PER_HOST + 1)
    states = Counter(Instance.objects.values_list("state", flat=True))
    assert states == {"running": fitting, "error": DEPLOYMENTS - fitting}
    failed = Job.objects.filter(state="failed").values_list("message", flat=True)
    assert Counter(failed) == {NO_ROOM: DEPLOYMENTS - fitting}
    assert not Instance.objects.filter(state="error").exclude(host=None).exists()


def no_host_was_ever_overfilled(seen):
    assert len(seen) >= HOSTS * (FITTING_PER_HOST + 1)
    assert max(cpus for cpus, _ in seen) <= PROMISED_CPUS
    assert max(memory_mib for _, memory_mib in seen) <= PROMISED_MIB


def claims_are_what_instances_hold():
    held = Instance.objects.exclude(host=None).values_list("host").order_by("host")
    sums = held.annotate(Count("pk"), Sum("claimed_cpus"), Sum("claimed_memory_mib"))
    claimed = Host.objects.order_by("pk").values_list("pk", "claimed_cpus", "claimed_memory_mib")
    assert [(host, cpus, memory_mib) for host, _, cpus, memory_mib in sums] == list(claimed)
    assert [claims for _, *claims in claimed] == [list(FILLED)] * HOSTS
