import os
import signal
import subprocess
import sys
import time

import pytest

from deploy.services import daemon


def gone(pid):
    """True once the process has ended, whoever still has to reap it."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_for(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_a_daemon_runs_from_ready_until_stopped(tmp_path):
    ready = tmp_path / "ready"
    running = daemon.start(
        "sleeper", ["sh", "-c", f"touch {ready}; exec sleep 60"], log=tmp_path / "log", ready=ready.exists
    )
    assert running.is_running
    daemon.stop(running)
    assert not running.is_running
    daemon.stop(running)


def test_one_that_ends_at_once_is_explained_by_its_own_words(tmp_path):
    with pytest.raises(daemon.NotStarted, match=r"(?s)exit code 4.*the port is taken"):
        daemon.start(
            "server",
            ["sh", "-c", "echo the port is taken >&2; exit 4"],
            log=tmp_path / "log",
            ready=lambda: False,
        )


def test_one_that_stays_silent_is_given_up_and_ended(tmp_path):
    with pytest.raises(daemon.NotStarted, match=r"not ready within 0\.1 s"):
        daemon.start(
            "server",
            ["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 60"],
            log=tmp_path / "log",
            ready=lambda: False,
            ready_seconds=0.1,
        )
    assert gone(int((tmp_path / "pid").read_text()))


def test_stopping_ends_the_children_too(tmp_path):
    ready = tmp_path / "child"
    running = daemon.start(
        "parent",
        ["sh", "-c", f"sleep 60 & echo $! > {ready}.new; mv {ready}.new {ready}; wait"],
        log=tmp_path / "log",
        ready=ready.exists,
    )
    daemon.stop(running)
    child = int(ready.read_text())
    wait_for(lambda: gone(child))


def test_one_that_ignores_the_request_is_killed(tmp_path):
    ready = tmp_path / "ready"
    running = daemon.start(
        "stubborn",
        ["sh", "-c", f"trap '' TERM; touch {ready}; while :; do sleep 1; done"],
        log=tmp_path / "log",
        ready=ready.exists,
    )
    daemon.stop(running, seconds=0.1)
    assert running.process.returncode == -signal.SIGKILL


def test_a_daemon_does_not_outlive_a_starter_that_is_killed(tmp_path):
    program = f"""
import time
from pathlib import Path
from deploy.services import daemon
pid = Path({str(tmp_path)!r}, "pid")
started = daemon.start("s", ["sleep", "60"], log=Path({str(tmp_path)!r}, "log"), ready=lambda: True)
pid.with_suffix(".new").write_text(str(started.process.pid))
pid.with_suffix(".new").rename(pid)
time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", program], cwd=os.getcwd())
    wait_for((tmp_path / "pid").exists)
    starter.kill()
    starter.wait()
    orphan = int((tmp_path / "pid").read_text())
    wait_for(lambda: gone(orphan))


def test_a_free_port_has_no_listener():
    assert not daemon.listens(daemon.free_port())
