"""A call that never returns holds up neither its caller nor anybody after it, and objects die where they
live.
"""

import gc
import threading

import pytest

from cloudportal.drivers.libvirtd.worker import TooLate, Worker


class Thing:
    """Remembers which thread let it go."""

    def __init__(self, ends):
        self.ends = ends

    def greet(self, name, other=None):
        return f"{type(self).__name__} greets {name} and {type(other).__name__}"

    def stumble(self):
        raise ZeroDivisionError

    def twins(self):
        return [(Thing(self.ends), {"number": 7})]

    def __del__(self):
        self.ends.put(threading.current_thread().name)


class Ends:
    """The threads in which things ended, in their order."""

    def __init__(self):
        self._names = []
        self._changed = threading.Condition()

    def put(self, name):
        with self._changed:
            self._names.append(name)
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._names) >= count, timeout=5)
            return list(self._names)


@pytest.fixture
def worker():
    started = Worker("worker", lives_here=lambda value: isinstance(value, Thing))
    yield started
    started.leave()


def test_a_call_gives_its_answer(worker):
    assert worker.run(lambda one, two: one + two, 3, 4, timeout_seconds=5) == 7


def test_a_call_gives_its_fault(worker):
    with pytest.raises(ZeroDivisionError):
        worker.run(lambda: 1 // 0, timeout_seconds=5)


def test_calls_run_in_one_thread_that_is_not_the_callers(worker):
    threads = {worker.run(threading.get_ident, timeout_seconds=5) for _ in range(3)}

    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_an_objects_methods_are_called_through_its_handle(worker):
    thing = worker.run(Thing, Ends(), timeout_seconds=5)

    assert worker.run(thing.greet, "you", thing, timeout_seconds=5) == "Thing greets you and Thing"
    assert not isinstance(thing, Thing)


def test_objects_within_an_answer_stay_in_the_thread_too(worker):
    thing = worker.run(Thing, Ends(), timeout_seconds=5)

    [(twin, numbers)] = worker.run(thing.twins, timeout_seconds=5)

    assert worker.run(twin.greet, "you", timeout_seconds=5) == "Thing greets you and NoneType"
    assert numbers == {"number": 7}


def test_an_object_ends_in_the_thread_where_it_lives(worker):
    ends = Ends()
    thing = worker.run(Thing, ends, timeout_seconds=5)
    [(twin, _)] = worker.run(thing.twins, timeout_seconds=5)
    del thing, twin

    assert ends.wait_for(2) == ["worker", "worker"]


def test_a_fault_keeps_no_object_of_the_thread(worker):
    ends = Ends()
    thing = worker.run(Thing, ends, timeout_seconds=5)
    with pytest.raises(ZeroDivisionError) as caught:
        worker.run(thing.stumble, timeout_seconds=5)
    assert caught.value is not None
    del thing, caught
    gc.collect()

    assert ends.wait_for(1) == ["worker"]


def test_a_call_that_does_not_return_is_left_behind(worker):
    gate = threading.Event()
    thing = worker.run(Thing, ends := Ends(), timeout_seconds=5)

    with pytest.raises(TooLate):
        worker.run(gate.wait, timeout_seconds=0.01)
    worker.leave()
    del thing
    gate.set()

    assert ends.wait_for(1) == ["worker"]


def test_the_thread_ends_when_it_was_left_and_nothing_lives_in_it():
    worker = Worker("worker", lives_here=lambda value: isinstance(value, Thing))
    thing = worker.run(Thing, Ends(), timeout_seconds=5)
    worker.leave()
    worker._thread.join(0.05)
    assert worker._thread.is_alive()

    del thing
    worker._thread.join(5)

    assert not worker._thread.is_alive()


def test_a_worker_does_not_keep_the_process_alive(worker):
    assert worker._thread.daemon
