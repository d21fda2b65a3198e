"""What every test stands on."""

import os
import tempfile

# Before Django reads its settings: a state directory of our own, and a broker that nobody else listens to.
_state = tempfile.mkdtemp(prefix="portal-tests-")
os.environ.setdefault("PORTAL_STATE", _state)

import cloudportal.celery  # noqa: E402,F401
