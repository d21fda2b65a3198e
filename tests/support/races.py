"""Many doing the same thing at the same moment, each in a thread with a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections


def at_once(count, do):
    """Calls `do(number)` in so many threads that begin together. Returns what each returned or raised, in order."""
    start = Barrier(count, timeout=60)

    def run(number):
        try:
            start.wait()
            return do(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
