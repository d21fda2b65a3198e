"""`manage.py demo`: the demonstration on this machine, until Ctrl-C."""

import logging
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cloudportal.demo import hypervisor, place
from cloudportal.demo.demonstration import FAILURES, Demonstration
from cloudportal.demo.place import Unusable
from cloudportal.demo.processes import Interrupted, NotEnded, Supervisor, interruptible
from deploy.stages import Stages


class Command(BaseCommand):
    """Sets up a small world with one instance in it, shows where it is, serves it, and clears it away."""

    help = "Run a small world with one real instance, and serve it until Ctrl-C."
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The few choices that there are."""
        parser.add_argument(
            "--simulated", action="store_true", help="use simulated hosts, also where real ones can be"
        )
        parser.add_argument("--once", action="store_true", help="end when everything is ready")
        parser.add_argument("--port", type=int, help="where the portal listens, on the loopback address")

    def handle(self, *, simulated: bool, once: bool, port: int | None, **options: Any) -> None:
        """Begins anew in an environment of its own, and goes on there."""
        obstacle = "" if simulated else hypervisor.obstacle()
        where = place.directory(simulated=simulated or bool(obstacle))
        place.move_into(where)
        stages = Stages()
        if obstacle:
            stages.say(f"The hypervisor is simulated, since {obstacle}.")
        try:
            with place.open_place(where, web_port=port) as here:
                failure = _run(here, stages, simulated or bool(obstacle), once)
        except (*FAILURES, Unusable, NotEnded) as problem:
            raise CommandError(str(problem)) from problem
        if failure:
            raise CommandError(failure)


def _run(here: place.Place, stages: Stages, simulated: bool, once: bool) -> str:
    """Runs until somebody ends it; returns what went wrong meanwhile, if anything did."""
    _log_to(here.logs / "demo.log")
    supervisor = Supervisor(adopting=True)
    demonstration = Demonstration(here, stages, supervisor, simulated=simulated)
    with interruptible():
        try:
            for line in demonstration.set_up().lines():
                stages.say(line)
            if once:
                return ""
            stages.say("\nCtrl-C ends it all.")
            return demonstration.serve()
        except Interrupted:
            return ""
        finally:
            demonstration.clear_away()


def _log_to(path: Path) -> None:
    """The terminal is for the stages alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().handlers = [handler]
