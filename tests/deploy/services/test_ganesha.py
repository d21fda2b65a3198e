"""The NFS server asks nothing of the machine's own, and is gone with whoever started it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import environment
from deploy.services import daemon
from tests.contracts.waiting import wait_until

pytestmark = pytest.mark.real

STARTER = """
import pathlib, sys, time
from deploy.services import ganesha
server = ganesha.start(pathlib.Path(sys.argv[1]))
print(server.daemon.process.pid, server.rpcbind.process.pid, server.port, flush=True)
time.sleep(600)
"""
RPCBIND_PORT = 111


def children_of(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_gone(pid):
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_it_listens_on_its_own_ports_alone_and_ends_with_its_starter(tmp_path, end):
    had_rpcbind = daemon.listens(RPCBIND_PORT)
    words = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(words, cwd=environment.ROOT, stdout=subprocess.PIPE, text=True) as starter:
        server, shell, port = map(int, starter.stdout.readline().split())
        started = [server, shell, *children_of(shell)]
        assert len(started) == 3 and daemon.listens(port)
        assert daemon.listens(RPCBIND_PORT) == had_rpcbind
        os.kill(starter.pid, end)
    wait_until(lambda: all(map(is_gone, started)), timeout_seconds=10)
