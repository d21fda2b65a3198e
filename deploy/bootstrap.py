"""Installs what a goal needs and this machine lacks: `python3 -m deploy.bootstrap demo|test|lint|image`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy import debian, environment, frontend, guest_image
from deploy.commands import CommandFailed
from deploy.stages import Stages

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "var" / "log" / "install"

BUILD = debian.Group("build", "Without them the Python packages that come as source cannot be built.")
RUN = debian.Group("run", "Without them the portal cannot work with images, networks and remote hosts.")
HYPERVISOR = debian.Group(
    "hypervisor", "Without them no real guest runs here: the simulator takes their place."
)
DIRECTORY = debian.Group(
    "directory", "Without them nobody can sign in from a directory: local passwords only."
)
IMAGE = debian.Group("image", "Without them the small guest image cannot be built.")
TEST = debian.Group("test", "Without them the tests on MariaDB, RabbitMQ and in the browser cannot run.")

PORTAL = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"


@dataclass(frozen=True)
class Goal:
    """What one make target needs. A lenient goal goes on without packages that it can do without."""

    groups: tuple[debian.Group, ...]
    requirements: tuple[Path, ...] = ()
    pages: bool = False
    image: bool = False
    lenient: bool = False


GOALS = {
    "demo": Goal((BUILD, RUN, HYPERVISOR, DIRECTORY, IMAGE), (PORTAL,), pages=True, image=True, lenient=True),
    "test": Goal(
        (BUILD, RUN, HYPERVISOR, DIRECTORY, IMAGE, TEST), (PORTAL, DEVELOPMENT), pages=True, image=True
    ),
    "lint": Goal((BUILD,), (PORTAL, DEVELOPMENT), lenient=True),
    "image": Goal((IMAGE,), image=True),
}


class Impossible(Exception):
    """The goal cannot be reached on this machine; the message says why and what to do."""


FAILURES = (CommandFailed, Impossible, debian.CannotInstall, environment.TooOld, guest_image.NoKernel)


def prepare(goal: Goal, stages: Stages) -> None:
    """Install everything that `goal` lacks, one named and timed stage each.

    Raises Impossible, or whatever the stage that failed has to say.
    """
    groups = list(goal.groups)
    if BUILD in groups and environment.is_current(goal.requirements):
        groups.remove(BUILD)
    _install_packages(groups, goal, stages)
    if goal.requirements and not environment.is_current(goal.requirements):
        _install_python(goal.requirements, stages)
    if goal.pages and not frontend.is_current():
        with stages.stage("Front-end files") as stage:
            stage.done(frontend.install(stage=stage, log=LOGS / "npm.log"))
    if goal.image and not debian.missing(IMAGE.packages()) and not guest_image.is_current():
        with stages.stage("Guest image") as stage:
            stage.done(guest_image.build(stage=stage, log=LOGS / "image.log"))


def _install_packages(groups: Sequence[debian.Group], goal: Goal, stages: Stages) -> None:
    names = debian.missing(name for group in groups for name in group.packages())
    if not names:
        return
    obstacle = debian.reason_not_to_install()
    if not obstacle:
        with stages.stage("Debian packages") as stage:
            debian.install(names, stage=stage, log=LOGS / "apt.log")
            stage.done(f"{len(names)} and what they need")
        return
    for sentence in debian.explain_missing(groups, obstacle):
        stages.say(sentence)
    if not goal.lenient:
        raise Impossible("Run this once as root, or have the packages above installed.")


def _install_python(requirements: Sequence[Path], stages: Stages) -> None:
    if not environment.python_works():
        with stages.stage("Python environment"):
            environment.make(log=LOGS / "venv.log")
    with stages.stage("Python packages") as stage:
        stage.done(environment.install(requirements, stage=stage, log=LOGS / "pip.log"))


def main(arguments: Sequence[str]) -> int:
    """The command line; 0 when everything is in place."""
    parser = argparse.ArgumentParser(prog="python3 -m deploy.bootstrap", description=__doc__)
    parser.add_argument("goal", choices=sorted(GOALS))
    stages = Stages()
    try:
        prepare(GOALS[parser.parse_args(arguments).goal], stages)
    except FAILURES as failure:
        print(failure, file=sys.stderr)
        return 1
    if stages.timings:
        seconds = sum(timing.seconds for timing in stages.timings)
        stages.say(f"Installed in {seconds:.0f} s; a second run skips all this.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
