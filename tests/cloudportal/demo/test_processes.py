import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cloudportal.demo.processes import Interrupted, NotEnded, Running, Supervisor, interruptible
from deploy.services import daemon

# A program that leaves an orphan behind, watched by a supervisor that is interrupted from outside.
WATCHING = """
import sys
from pathlib import Path
from cloudportal.demo.processes import Interrupted, Supervisor, interruptible
from deploy.services import daemon

place = Path(sys.argv[1])
supervisor = Supervisor(adopting=True)
leave_orphan = f"(setsid sh -c 'echo $$ > {place}/orphan; exec sleep 300' &); exec sleep 300"
with interruptible():
    try:
        started = daemon.start(
            "parent", ["sh", "-c", leave_orphan], log=place / "log", ready=(place / "orphan").exists
        )
        supervisor.add_daemon(started)
        (place / "parent").write_text(str(started.process.pid))
        (place / "watching").touch()
        supervisor.wait()
    except Interrupted as interruption:
        (place / "interrupted").write_text(str(interruption))
    finally:
        supervisor.end()
"""


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    supervisor.end()


def noted(ended, name, failure=None):
    def end():
        ended.append(name)
        if failure:
            raise failure

    return Running(name, os.getpid(), Path("/dev/null"), end)


def wait_for(condition, seconds=20.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.01)


def is_gone(pid):
    return not Path(f"/proc/{pid}").exists()


def test_the_last_started_ends_first(supervisor):
    ended = []
    for name in ("directory", "web", "worker"):
        supervisor.add(noted(ended, name))
    supervisor.end()
    assert ended == ["worker", "web", "directory"]


def test_one_that_resists_does_not_keep_the_others_running(supervisor):
    ended = []
    supervisor.add(noted(ended, "directory"))
    supervisor.add(noted(ended, "web", OSError("busy")))
    with pytest.raises(NotEnded, match="web: busy"):
        supervisor.end()
    assert ended == ["web", "directory"]


def test_ending_twice_ends_once(supervisor):
    ended = []
    supervisor.add(noted(ended, "web"))
    supervisor.end()
    supervisor.end()
    assert ended == ["web"]


def test_a_program_that_ends_of_itself_is_named(supervisor, tmp_path):
    for name, seconds in (("lasting", "60"), ("short", "0.1")):
        supervisor.add_daemon(daemon.spawn(name, ["sleep", seconds], log=tmp_path / name))
    assert supervisor.wait().name == "short"


def test_a_signal_interrupts_the_watch_and_a_second_one_does_not_disturb_the_end(supervisor, tmp_path):
    supervisor.add_daemon(daemon.spawn("lasting", ["sleep", "60"], log=tmp_path / "log"))
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with interruptible():
        with pytest.raises(Interrupted, match="SIGTERM"):
            supervisor.wait()
        os.kill(os.getpid(), signal.SIGINT)
        supervisor.end()


def test_handlers_are_put_back_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        pass
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_orphans_of_our_programs_end_with_us(tmp_path, number):
    watching = subprocess.Popen([sys.executable, "-c", WATCHING, str(tmp_path)], cwd=Path.cwd())
    wait_for((tmp_path / "watching").exists)
    watching.send_signal(number)
    assert watching.wait(20) == 0
    assert (tmp_path / "interrupted").read_text() == number.name
    assert is_gone(int((tmp_path / "parent").read_text()))
    assert is_gone(int((tmp_path / "orphan").read_text()))
