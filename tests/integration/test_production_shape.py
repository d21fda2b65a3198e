"""The same program as in production, by environment alone: MariaDB, a real broker, two web servers, two workers."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudportal.demo import programs
from cloudportal.demo.client import Client
from cloudportal.demo.personas import ROOT_ADMIN, TENANT
from cloudportal.demo.place import Place
from cloudportal.demo.processes import children_of
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.world import SimulatedWorld
from deploy.services import daemon
from tests.architecture.sources import ROOT
from tests.support.processes import wait_until

pytestmark = pytest.mark.real
PASSWORD = "the same for everybody"
INSTANCES = 6
# Long enough to find a job under way and to kill who works on it.
GUEST_SECONDS = 6.0
LEASE_SECONDS = 6
SEEDING = f"""
from django.conf import settings
from cloudportal.demo import machinery
from cloudportal.demo.seeding import seed

here = settings.STATE_DIR
seed(lambda name: {PASSWORD!r}, machinery.simulated(here), machinery.image(here))
"""


@dataclass(frozen=True)
class Installation:
    """Everything that runs of one installation, and the simulated world that it drives."""

    ports: tuple
    workers: tuple
    world: SimulatedWorld

    def client(self, persona, web=0):
        client = Client(self.ports[web])
        client.sign_in(persona.domain, persona.username, PASSWORD)
        return client

    def elsewhere(self, client):
        """The same session, through the other web server."""
        return Client(self.ports[1], cookies=client.cookies)


@pytest.fixture(scope="module")
def seeded(mariadb_server, tmp_path_factory):
    """A migrated and seeded database: the environment that leads to it."""
    state = tmp_path_factory.mktemp("production")
    environment = {
        **mariadb_server.environment,
        "PORTAL_STATE": str(state),
        "PORTAL_JOB_LEASE_SECONDS": str(LEASE_SECONDS),
        "PORTAL_TEMPLATE_SOURCES": f"{state}/images,{ROOT}/var/image",
    }
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "shell", "-c", SEEDING)
    return environment


def manage(environment, *words):
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(params=["rabbitmq_server", "redis_server"])
def installation(request, seeded, tmp_path):
    """Two web servers, two workers and a scheduler, with this broker between them."""
    environment = {**seeded, **request.getfixturevalue(request.param).environment}
    nodes = [Place(tmp_path / name, {"web": daemon.free_port()}) for name in ("one", "two")]
    wanted = [
        *(programs.web(node) for node in nodes),
        *(programs.worker(node, name=f"worker-{number}") for number, node in enumerate(nodes)),
        programs.scheduler(nodes[0]),
    ]
    started = [
        daemon.spawn(one.name, one.command, log=one.log, environment=environment, directory=ROOT)
        for one in wanted
    ]
    try:
        programs.wait_until_ready(wanted, started)
        world = SimulatedWorld(Path(seeded["PORTAL_STATE"]) / "simulated-world.sqlite3")
        yield Installation(tuple(node.ports["web"] for node in nodes), tuple(started[2:4]), world)
    finally:
        with ThreadPoolExecutor() as stopping:
            list(stopping.map(daemon.stop, started))


def deploy(client, number):
    chosen = {name: client.get(f"{name}/")["results"] for name in ("zones", "templates", "service-offerings")}
    values = {
        "name": f"vm-{number}",
        "zone": chosen["zones"][0]["uuid"],
        "template": chosen["templates"][0]["uuid"],
        "offering": chosen["service-offerings"][0]["uuid"],
    }
    return client.post("instances/", values)


def workers_of(operator, jobs):
    """By job, the process that works or worked on it."""
    return {job: int(operator.get(job)["worker"].rpartition(":")[2] or 0) for job in jobs}


def test_a_worker_that_is_killed_in_the_middle_costs_a_delay_only(installation):
    operator, tenant = installation.client(ROOT_ADMIN), installation.client(TENANT)
    wait_until(lambda: operator.get("hosts/", state="up")["count"] == 2)
    wait_until(lambda: tenant.get("templates/")["count"] == 1)
    slow = Fault(operation="ensure_guest", kind=FaultKind.DELAY, seconds=GUEST_SECONDS, count=None)
    fault = installation.world.inject(slow)
    clients = [tenant, installation.elsewhere(tenant)]
    wanted = [deploy(clients[number % 2], number) for number in range(INSTANCES)]
    uuids = {answer["instance"]["uuid"] for answer in wanted}

    jobs = [f"jobs/{answer['job']['uuid']}/" for answer in wanted]
    victim = installation.workers[0].process.pid
    doomed = children_of(victim)
    wait_until(lambda: doomed & set(workers_of(operator, jobs).values()), seconds=30)
    os.killpg(victim, signal.SIGKILL)
    cut_off = {job for job, pid in workers_of(operator, jobs).items() if pid in doomed}
    installation.world.clear_faults(fault)

    wait_until(lambda: {tenant.get(job)["state"] for job in jobs} == {"done"}, seconds=120, every=0.5)
    assert cut_off
    assert not doomed & set(workers_of(operator, cut_off).values())

    instances = [one for one in tenant.get("instances/")["results"] if one["uuid"] in uuids]
    assert {one["state"] for one in instances} == {"running"}
    assert len({one["nics"][0]["ip"] for one in instances}) == INSTANCES
    made = [one.subject for one in installation.world.effects(operation="ensure_guest")]
    assert sorted(subject for subject in made if subject in uuids) == sorted(uuids)
    for answer in wanted:
        tenant.post(f"instances/{answer['instance']['uuid']}/destroy/", {"expunge": True, "force": True})
    wait_until(lambda: not tenant.get("instances/")["count"], seconds=60, every=0.5)
