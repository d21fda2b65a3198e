"""The whole demonstration: set up stage by stage, served until somebody ends it, and cleared away."""

import time
from collections.abc import Sequence
from typing import Any

from django.core.management import call_command

from cloudportal.core.errors import PortalError
from cloudportal.demo import first_instance, hypervisor, machinery, outages, people, programs
from cloudportal.demo.client import Client, Refused
from cloudportal.demo.personas import PERSONAS, TENANT
from cloudportal.demo.place import Place
from cloudportal.demo.processes import Supervisor
from cloudportal.demo.programs import Program
from cloudportal.demo.seeding import World, seed
from cloudportal.demo.seeding.places import Machinery
from cloudportal.demo.seeding.readiness import NotReady, remember_acceleration, wait_until_ready
from cloudportal.demo.subnets import NoneFree
from cloudportal.demo.summary import Login, Summary
from deploy import commands
from deploy.services import libvirtd
from deploy.services.daemon import Daemon, NotStarted
from deploy.services.slapd import Slapd
from deploy.stages import Stages
from tenants.authentication import system_caller

# A host that is connected for the first time tries out how guests run there, which takes seconds.
CONNECT_SECONDS = 90.0
DEPLOY_SECONDS = 120.0
BOOT_SECONDS = 120.0
SWITCH_SECONDS = 20.0

FAILURES = (
    *(NotStarted, libvirtd.NotStarted, commands.CommandFailed, commands.Refused),
    *(NotReady, NoneFree, Refused, first_instance.NotThere, PortalError),
)


class Demonstration:
    """One run in one place. With `simulated` no guest is real."""

    def __init__(self, place: Place, stages: Stages, supervisor: Supervisor, *, simulated: bool) -> None:
        self._place = place
        self._stages = stages
        self._supervisor = supervisor
        self._simulated = simulated
        self._programs: Sequence[Program] = ()
        self._started: Sequence[Daemon] = ()

    def set_up(self) -> Summary:
        """Everything runs, and the first instance answers. Raises one of FAILURES."""
        began = time.monotonic()
        with self._stages.stage("Database"):
            call_command("migrate", verbosity=0, interactive=False)
        # They take seconds to come up; meanwhile the rest is made.
        self._spawn_programs()
        slapd = self._start_directory()
        ground = self._start_hypervisor()
        with self._stages.stage("Small world"):
            world = seed(self._place.password, ground, machinery.image(self._place.directory), slapd=slapd)
        self._wait_for_programs()
        self._connect(world)
        instance = self._run_first_instance(world)
        return self._summary(instance, time.monotonic() - began)

    def serve(self) -> str:
        """Returns when one of the programs ends of itself, with what there is to say about it. Raises Interrupted."""
        ended = self._supervisor.wait()
        return f"{ended.name} ended. Its last lines, from {ended.log}:\n{commands.last_lines(ended.log)}"

    def clear_away(self) -> None:
        """Nothing that was started here runs any more. Raises NotEnded."""
        with self._stages.stage("Switching everything off") as stage:
            try:
                if self._is_working():
                    left = outages.switch_off(system_caller(), self._place.outage, seconds=SWITCH_SECONDS)
                    stage.done(f"{', '.join(left)} could not be switched off first" if left else "")
            finally:
                self._supervisor.end()

    def _spawn_programs(self) -> None:
        makers = (programs.web, programs.worker, programs.scheduler)
        self._programs = [make(self._place) for make in makers]
        self._started = programs.spawn(self._programs, self._place, self._supervisor)

    def _wait_for_programs(self) -> None:
        with self._stages.stage("Web, worker, scheduler"):
            programs.wait_until_ready(self._programs, self._started)

    def _is_working(self) -> bool:
        return bool(self._started) and all(
            one.is_running and program.ready()
            for program, one in zip(self._programs, self._started, strict=True)
        )

    def _start_directory(self) -> Slapd | None:
        obstacle = people.obstacle()
        if obstacle:
            self._stages.say(
                f"  {obstacle}, so there is no directory: everybody's password is the portal's own."
            )
            return None
        with self._stages.stage("Directory of people"):
            return people.start(self._place, self._supervisor)

    def _start_hypervisor(self) -> Machinery:
        if self._simulated:
            return machinery.simulated(self._place.directory)
        with self._stages.stage("Hypervisor"):
            return machinery.real(self._place, hypervisor.start(self._place, self._supervisor))

    def _connect(self, world: World) -> None:
        with self._stages.stage("Hosts, disks, template") as stage:
            wait_until_ready(world.places, world.catalogue, seconds=CONNECT_SECONDS, progress=stage.progress)
            for host in world.places.hosts:
                remember_acceleration(system_caller(), host)
            outages.switch_on(system_caller(), self._place.outage, seconds=SWITCH_SECONDS)

    def _run_first_instance(self, world: World) -> dict[str, Any]:
        tenant = Client(self._place.ports["web"])
        with self._stages.stage("Instance of a tenant") as stage:
            tenant.sign_in(TENANT.domain, TENANT.username, self._place.password(TENANT.username))
            instance = first_instance.ensure_running(
                tenant, world, seconds=DEPLOY_SECONDS, progress=stage.progress
            )
        if not self._simulated:
            with self._stages.stage("Its web page") as stage:
                stage.progress("booting")
                first_instance.wait_for_page(
                    instance["name"], first_instance.address_of(instance), seconds=BOOT_SECONDS
                )
        return instance

    def _summary(self, instance: dict[str, Any], seconds: float) -> Summary:
        return Summary(
            url=self._place.url,
            logins=[Login(one, self._place.password(one.username)) for one in PERSONAS],
            instance_name=instance["name"],
            guest_ip=first_instance.address_of(instance),
            answers=not self._simulated,
            seconds=seconds,
        )
