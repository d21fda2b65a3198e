"""`manage.py bench`: measures and prints ratios, on an embedded database and simulated hosts of its own."""

import logging
import shutil
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from cloudportal.demo import machinery, place
from cloudportal.demo.benchmark import crowd, deploys, pages
from cloudportal.demo.benchmark.pages import Reading
from cloudportal.demo.place import Place
from cloudportal.demo.seeding import World, seed
from deploy.stages import Stages
from tenants.authentication import system_caller
from tenants.models import User

FEW, MANY = 100, 20_000


class Command(BaseCommand):
    """Seconds differ from machine to machine; what they are to each other tells of the program."""

    help = "Measure list pages with few and many instances, and deployments by one and two workers."
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def handle(self, **options: Any) -> None:
        """Begins anew in an environment of its own, and goes on there."""
        where = settings.BASE_DIR / "var" / "bench"
        place.move_into(where)
        logging.disable(logging.WARNING)
        stages = Stages()
        with place.open_place(where) as here:
            try:
                lines = _measure(here, stages)
            finally:
                shutil.rmtree(where)
        for line in lines:
            stages.say(line)


def _measure(here: Place, stages: Stages) -> list[str]:
    world = _world(here, stages)
    rates = [_deploys(here, world, stages, workers) for workers in (1, 2)]
    readings = [_pages(world, stages, size) for size in (FEW, MANY)]
    return [*_of_pages(*readings), "", _of_deploys(*rates)]


def _world(here: Place, stages: Stages) -> World:
    with stages.stage("Small world"):
        call_command("migrate", verbosity=0, interactive=False)
        world = seed(here.password, machinery.simulated(here.directory), machinery.image(here.directory))
        deploys.connect(here, world)
    return world


def _deploys(here: Place, world: World, stages: Stages, workers: int) -> float:
    with stages.stage(f"Deploys, {workers} workers"):
        return deploys.per_second(here, system_caller(), world, workers=workers)


def _pages(world: World, stages: Stages, size: int) -> dict[str, Reading]:
    user = User.objects.select_related("account").get(username="barbara")
    with stages.stage(f"{size} instances"):
        crowd.grow(world, user.account, size)
        return pages.read_all(user)


def _of_pages(few: dict[str, Reading], many: dict[str, Reading]) -> Sequence[str]:
    return [
        "",
        f"A page of 50 instances out of {MANY} instead of {FEW}:",
        *(
            f"  {door:<8}{many[door].seconds / few[door].seconds:5.2f} times as long "
            f"({few[door].seconds * 1000:.0f} ms, {many[door].seconds * 1000:.0f} ms), "
            f"{few[door].queries} and {many[door].queries} queries"
            for door in few
        ),
    ]


def _of_deploys(one: float, two: float) -> str:
    return f"Two workers deploy {two / one:.2f} times as fast as one ({one:.1f} and {two:.1f} each second)."
