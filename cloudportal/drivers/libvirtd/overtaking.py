"""Doing something that another caller may be doing at the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from cloudportal.drivers.errors import Busy, Refused
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.worker import Method

ATTEMPTS = 3
PAUSE_SECONDS = 0.05
# Half of the tries were lost where another program changed the host's packet filter without a pause.
RACES = 10

Answer = TypeVar("Answer")


def have_done(
    talk: Talk, is_done: Callable[[], bool], do: Method, *arguments: Any, attempts: int = ATTEMPTS
) -> None:
    """Return when it is done, by us or by another caller.

    libvirt says only that the moment was wrong when another was faster, so look again; and try again when a
    third has undone it meanwhile. Raises the last refusal when it is still not done.
    """
    for attempt in range(attempts):
        if is_done():
            return
        try:
            talk.act(do, *arguments)
        except Refused:
            if attempt == attempts - 1 and not is_done():
                raise
        else:
            return


def wait_while_busy(talk: Talk, do: Callable[[], Answer]) -> Answer:
    """The answer, once nobody else is busy with the same thing; raises the last Busy when the time is nearly
    over.
    """
    while True:
        try:
            return do()
        except Busy:
            if talk.deadline.remaining_seconds() < 2 * PAUSE_SECONDS:
                raise
        time.sleep(PAUSE_SECONDS)


def outlast_races(talk: Talk, do: Callable[[], Answer]) -> Answer:
    """The answer, once no other program on the host has changed its packet filter at the same moment.

    ebtables reads the tables, and gives up when somebody has written to any of them before it writes itself. Raises the
    last Busy after RACES tries: a filter that can never be written fails with the same words.
    """
    for race in range(1, RACES):
        try:
            return do()
        except Busy:
            if talk.deadline.remaining_seconds() < 2 * race * PAUSE_SECONDS:
                raise
        time.sleep(race * PAUSE_SECONDS)
    return do()
