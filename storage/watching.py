"""Long calls of drivers: made in a thread of their own, while the job shows how far they are and keeps its lease."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import TypeVar

from cloudportal.drivers.errors import DriverError
from cloudportal.jobs.run import Run

LOOK_SECONDS = 1.0

Answer = TypeVar("Answer")


def watched(run: Run, call: Callable[[], Answer], fraction: Callable[[], float], *, steps: int) -> Answer:
    """What the call answers. `fraction` says how far it is, 0 to 1; a fault of its own is no fault of the call.

    The call must touch no database: it runs in another thread. When the lease is lost it is left to itself, and
    whoever has the job then looks at what came of it.
    """
    threads = ThreadPoolExecutor(1, thread_name_prefix="watched")
    try:
        future = threads.submit(call)
        while True:
            try:
                return future.result(LOOK_SECONDS)
            except NotYet:
                _demand_running(future)
                run.show_progress(_known(fraction), steps=steps)
    finally:
        threads.shutdown(wait=False)


def _demand_running(future: "Future[Answer]") -> None:
    # A TimeoutError that the call itself raised must not be taken for one of the waiting.
    if future.done() and (error := future.exception()) is not None:
        raise error


def _known(fraction: Callable[[], float]) -> float:
    try:
        return fraction()
    except DriverError:
        return 0.0
