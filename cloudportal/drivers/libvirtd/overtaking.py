"""Doing something that another caller may be doing at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudportal.drivers.errors import Refused
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.worker import Method

ATTEMPTS = 3


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
