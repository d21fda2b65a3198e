"""What tests of faults stand on."""

import pytest
from django.conf import settings

from storage import parts


@pytest.fixture(autouse=True)
def uploads_beside_the_rows(monkeypatch):
    """What people send lies where the stage keeps and restores it."""
    monkeypatch.setattr(parts, "_root", lambda: settings.STATE_DIR / "uploads-of-the-walk")
