"""A Celery app with one workflow more: two steps whose outside world is a folder of files."""

import os
import time
from pathlib import Path

import django

django.setup()

from cloudportal.celery import app  # noqa: E402,F401
from cloudportal.jobs.workflows import Step, Workflow, workflow  # noqa: E402


class Put(Step):
    """Creates a file once, and writes down in `effects` each time that it really did."""

    def act(self, run):
        folder = Path(run.arguments["folder"])
        path = folder / f"{run.job.uuid}-{self.name}"
        time.sleep(0.02)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        with open(folder / "effects", "a") as log:
            log.write(f"{run.job.uuid} {self.name} {os.getpid()}\n")


class PutFirst(Put):
    name = "first"
    label = "Put the first file"


class PutSecond(Put):
    name = "second"
    label = "Put the second file"


@workflow
class PutFiles(Workflow):
    """Puts two files."""

    kind = "test.files"
    queue = "storage"
    label = "Put files"
    steps = (PutFirst, PutSecond)
