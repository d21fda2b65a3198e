"""Two callers who do the same thing at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor


def at_once(*calls):
    """Run all calls at once, each in its own thread; give their answers, or raise the first fault."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]
