"""A call that never returns holds up neither its caller nor anybody after it."""

import threading

import pytest

from cloudportal.drivers.libvirtd.worker import TooLate, Worker


def test_a_call_gives_its_answer():
    assert Worker("test").run(lambda one, two: one + two, 3, 4, timeout_seconds=5) == 7


def test_a_call_gives_its_fault():
    with pytest.raises(ZeroDivisionError):
        Worker("test").run(lambda: 1 // 0, timeout_seconds=5)


def test_calls_run_in_one_thread_that_is_not_the_callers():
    worker = Worker("test")
    threads = {worker.run(threading.get_ident, timeout_seconds=5) for _ in range(3)}

    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_call_that_does_not_return_is_left_behind():
    worker, gate, left = Worker("test"), threading.Event(), threading.Event()

    with pytest.raises(TooLate):
        worker.run(gate.wait, timeout_seconds=0.01)
    worker.leave(left.set)
    assert not left.is_set()
    gate.set()

    assert left.wait(5)


def test_a_worker_does_not_keep_the_process_alive():
    assert Worker("test")._thread.daemon
