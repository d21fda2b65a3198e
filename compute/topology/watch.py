"""The watch over hosts: each is asked in turn, and a silent one is taken out of use before tenants notice."""

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from cloudportal.core.errors import Conflict, WrongState
from cloudportal.drivers.errors import DriverError
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from compute.drivers.contract import ComputeDriver
from compute.drivers.facts import HostFacts
from compute.topology import observation, states
from compute.topology.connections import ASK_SECONDS, compute_driver
from compute.topology.models import Host
from compute.topology.services.hosts import UNREACHABLE_ALERT, alert_key
from compute.topology.states import SILENT_ROUNDS
from tenants.authentication import system_caller

EVERY_SECONDS = 30
# Silent hosts cost ASK_SECONDS each; asked side by side, a round stays short with many of them.
AT_ONCE = 8
WATCHED = (states.UP, states.UNREACHABLE, states.DISABLED, states.MAINTENANCE)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a host said, or why it said nothing."""

    host: Host
    facts: HostFacts | None
    error: DriverError | None = None


def watch() -> int:
    """One round over all hosts; returns how many answered."""
    hosts = list(Host.objects.filter(state__in=WATCHED).select_related("cluster"))
    answers = _ask_all(hosts)
    for answer in answers:
        if answer.facts is not None:
            _answered(answer.host, answer.facts)
        elif answer.error is not None:
            _silent(answer.host, answer.error)
    return sum(answer.facts is not None for answer in answers)


def _ask_all(hosts: Iterable[Host]) -> list[Answer]:
    asked: list[tuple[Host, ComputeDriver]] = []
    answers: list[Answer] = []
    for host in hosts:
        try:
            asked.append((host, compute_driver(host, timeout_seconds=ASK_SECONDS)))
        except DriverError as error:
            answers.append(Answer(host, None, error))
    # The threads talk to hosts only, never to the database.
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="watch") as threads:
        return answers + list(threads.map(_ask, asked))


def _ask(asked: tuple[Host, ComputeDriver]) -> Answer:
    host, driver = asked
    try:
        with driver:
            return Answer(host, driver.host_facts())
    except DriverError as error:
        return Answer(host, None, error)


def _answered(host: Host, facts: HostFacts) -> None:
    try:
        with transaction.atomic():
            observation.write(host, facts)
            if host.state == states.UNREACHABLE:
                states.HOST.move(host, "found")
                alerts.clear_alert(UNREACHABLE_ALERT, alert_key(host))
                records.record(
                    system_caller(),
                    "HOST.FOUND",
                    About.of(host),
                    sentence=f"The host {host.name} answers again and takes instances.",
                )
    except WrongState:
        log.info("Host %s changed its state while it was being asked.", host.name)
    except Conflict as error:
        Host.objects.filter(pk=host.pk).update(reason=error.detail[:500])


def _silent(host: Host, error: DriverError) -> None:
    Host.objects.filter(pk=host.pk).update(silent_rounds=F("silent_rounds") + 1)
    if host.silent_rounds + 1 < SILENT_ROUNDS:
        return
    if host.state == states.UP:
        _lost(host, error)
    elif host.state == states.UNREACHABLE:
        _alert(host, error)


def _lost(host: Host, error: DriverError) -> None:
    try:
        with transaction.atomic():
            states.HOST.move(host, "lost", reason=error.sentence[:500])
            _alert(host, error)
            records.record(
                system_caller(),
                "HOST.LOST",
                About.of(host),
                level="error",
                sentence=f"The host {host.name} has not answered {SILENT_ROUNDS} times. It takes nothing new.",
            )
    except WrongState:
        log.info("Host %s changed its state while it was being asked.", host.name)


def _alert(host: Host, error: DriverError) -> None:
    what = "does not answer" if error.is_retryable else "does not accept us"
    sentence = (
        f"The host {host.name} {what}, so it takes no new instances and we cannot tell what runs there. "
        "Check that it is on, connected, and has the settings that we know; it comes back by itself."
    )
    alerts.raise_alert(UNREACHABLE_ALERT, alert_key(host), sentence, about=About.of(host), detail=f"{error}")
