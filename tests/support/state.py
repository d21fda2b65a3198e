"""A state directory of its own for each process that runs tests, named before Django reads its settings.

pytest loads this as its first plugin. Of workers side by side each has its own: an image in the store is kept for the
rows that name it, and each worker has rows of its own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

SHARED = "PORTAL_TESTS_STATE"


def _choose():
    if SHARED not in os.environ:
        os.environ[SHARED] = tempfile.mkdtemp(prefix="portal-tests-")
        atexit.register(_remove, os.environ[SHARED], os.getpid())
    own = Path(os.environ[SHARED]) / os.environ.get("PYTEST_XDIST_WORKER", "alone")
    own.mkdir(exist_ok=True)
    os.environ["PORTAL_STATE"] = str(own)


def _remove(shared, process):
    # Not by a fork of the process that began, while that still needs it.
    if os.getpid() == process:
        shutil.rmtree(shared, ignore_errors=True)


_choose()
