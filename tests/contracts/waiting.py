"""Waiting for something outside to become true, with a limit."""

import time


def wait_until(is_so, *, timeout_seconds, pause_seconds=0.02):
    """Return when it is so; fail when it does not become so in time."""
    end = time.monotonic() + timeout_seconds
    while not is_so():
        assert time.monotonic() < end, f"not so within {timeout_seconds} s"
        time.sleep(pause_seconds)
