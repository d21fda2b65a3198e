"""A state directory of its own for each process that runs tests, named before Django reads its settings.

pytest loads this as its first plugin. Of workers side by side each has its own: an image in the store is kept for the
rows that name it, and each worker has rows of its own.
"""

import os
import tempfile
from pathlib import Path

SHARED = "PORTAL_TESTS_STATE"


def _choose():
    shared = os.environ.setdefault(SHARED, tempfile.mkdtemp(prefix="portal-tests-"))
    own = Path(shared) / os.environ.get("PYTEST_XDIST_WORKER", "alone")
    own.mkdir(exist_ok=True)
    os.environ["PORTAL_STATE"] = str(own)


_choose()
