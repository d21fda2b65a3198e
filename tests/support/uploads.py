"""Where the tests of one process keep what people send."""

import pytest

from storage import parts


@pytest.fixture(autouse=True)
def uploads_of_its_own(monkeypatch, tmp_path):
    """The suite's processes share a state directory, and a test may ask that no upload is left anywhere."""
    monkeypatch.setattr(parts, "_root", lambda: tmp_path / "uploads")
