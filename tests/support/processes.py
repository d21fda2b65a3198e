"""Starting the portal's own processes on the test's database."""

import os
import sys
import time
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from deploy.services import daemon
from tests.architecture.sources import ROOT


def environment_of_test_database():
    """What makes another process use the database of the running test."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return {"PORTAL_DATABASE": f"sqlite:///{values['NAME']}", "PORTAL_STATE": str(settings.STATE_DIR)}
    host = f"{values['USER']}@{values['HOST']}:{values['PORT'] or 3306}"
    socket = values["OPTIONS"].get("unix_socket")
    url = f"mysql://{host}/{values['NAME']}" + (f"?unix_socket={quote(socket, safe='')}" if socket else "")
    return {
        "PORTAL_DATABASE": url,
        "PORTAL_DATABASE_PASSWORD": values["PASSWORD"],
        "PORTAL_STATE": str(settings.STATE_DIR),
    }


def start_worker(
    name, log, *, app="cloudportal.celery", queues="compute,storage,network,usage,housekeeping", **more
):
    """A Celery worker of two processes on the test's database; `more` is added to its environment."""
    command = [sys.executable, "-m", "celery", "-A", app, "worker", "-n", f"{name}@%h", "-Q", queues]
    return daemon.spawn(
        name,
        [*command, "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"],
        log=log,
        environment={**os.environ, **environment_of_test_database(), **more},
        directory=ROOT,
    )


def wait_until(question, *, seconds=60.0, every=0.05):
    """Returns once the question is answered with yes; raises AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, f"It did not come true within {seconds} s."
        time.sleep(every)
